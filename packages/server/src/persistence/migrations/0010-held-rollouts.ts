/** Who holds the rollout of a placement, since when and why: `{by, since, why}`. */
export const heldRollouts = `
alter table placements add column held jsonb;
`;
