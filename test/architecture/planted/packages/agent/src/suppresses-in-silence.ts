// violates: suppression-with-reason
// oxlint-disable-next-line no-console
export const log = console.log;
