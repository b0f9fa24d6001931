// violates: nothing
// oxlint-disable-next-line no-console -- the terminal is what this file is for
export const log = console.log;
