/** One row: what marks everything that this installation makes in engines that it shares with others. */
export const installation = `
create table installation (
  one boolean primary key default true check (one),
  id text not null check (id ~ '^[0-9a-f]{8}$')
);
insert into installation (id) values (substr(md5(gen_random_uuid()::text), 1, 8));
`;
