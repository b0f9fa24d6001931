const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** A program's line without terminal colours, cursor movements and other control characters; tabs stay. */
export const plainText = (line: string): string =>
  line.replace(sequences, '').replace(controls, '');
