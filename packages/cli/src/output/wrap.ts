import { width } from './width.ts';

/** A text in lines of at most so many cells, broken at spaces; whole when there is no width to keep. */
export function wrap(text: string, cells: number | undefined): readonly string[] {
  if (cells === undefined || width(text) <= cells) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && width(longer) > cells) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
