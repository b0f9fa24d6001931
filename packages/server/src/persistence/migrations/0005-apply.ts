/** Applying a thin file to a component that is there is an operation too. */
export const apply = `
alter table operations drop constraint operations_kind_check;
alter table operations add constraint operations_kind_check
  check (kind in ('create', 'apply', 'delete', 'remove-preview'));
`;
