/** What a program listens on beside its first port, `[{port, protocol}]`: callers have to be let through to it. */
export const morePorts = `
alter table placements add column more_ports jsonb not null default '[]';
`;
