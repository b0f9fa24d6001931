const marker = /^---(?:[ \t].*)?$/;

/**
 * The documents of a file, each as a text of its own in which every line keeps its number; a file with one is itself.
 * At the beginning of a line, YAML lets `---` mean nothing else.
 */
export function documentTexts(text: string): readonly string[] {
  const lines = text.split(/(?<=\n)/);
  const starts = lines.flatMap((line, at) => (marker.test(line.replace(/\r?\n$/, '')) ? [at] : []));
  const parts = [0, ...starts.map((at) => at + 1)]
    .map((from, index) => ({ from, to: starts[index] ?? lines.length }))
    .map(({ from, to }) => '\n'.repeat(from) + lines.slice(from, to).join(''))
    .filter((part) => /^\s*[^\s#]/m.test(part));
  return parts.length <= 1 ? [text] : parts;
}

/** A document without the empty lines that only keep its lines' numbers: as it is applied and compared. */
export const ownText = (text: string): string => text.replace(/^(?:[ \t]*\r?\n)+/, '');
