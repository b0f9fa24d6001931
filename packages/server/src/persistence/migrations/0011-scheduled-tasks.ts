/** Turns of jobs by their schedule, where the server starts them: one for each time that comes due, whoever looks. */
export const scheduledTasks = `
alter table tasks add column due timestamptz;
create unique index tasks_due on tasks (placement, due) where due is not null;
`;
