/** One place of a pattern: a character, any one, one of some, or any number of any. */
type Token = '*' | ((character: string) => boolean);

interface Pattern {
  /** By folder; `**` stands for any number of folders. */
  readonly parts: readonly ('**' | readonly Token[])[];
  readonly keeps: boolean;
}

/** Files that a build needs itself; what ignores them keeps them only out of the image's own copies. */
const always: ReadonlySet<string> = new Set(['Dockerfile']);
const mostPatterns = 1000;

/**
 * What a `.dockerignore` leaves out of a build, as the docker command line reads it: the last pattern that matches
 * a file, or a folder above it, decides; `!` brings back. A hostile pattern costs no more than its length times
 * that of the path: the agent routes everybody's traffic meanwhile.
 *
 * @example ignored('node_modules\n*.md\n!README.md')('docs/x.md') // false: `*` stops at a slash
 */
export function ignored(text: string): (path: string) => boolean {
  const patterns = text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .slice(0, mostPatterns)
    .map(parse);
  return (path) => {
    if (always.has(path)) return false;
    const names = path.split('/');
    return patterns.reduce(
      (left, { parts, keeps }) => (matchesOneAbove(parts, names) ? !keeps : left),
      false,
    );
  };
}

function parse(line: string): Pattern {
  const text = line.trim();
  const keeps = text.startsWith('!');
  const parts = (keeps ? text.slice(1).trim() : text)
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (part === '**' ? part : tokensOf(part)));
  return { keeps, parts };
}

/** Whether the whole pattern matches the path or one of the folders above it: a table, row by row. */
function matchesOneAbove(parts: Pattern['parts'], names: readonly string[]): boolean {
  // `reached[n]`: the parts so far match the first n names.
  let reached = names.map(() => false);
  reached = [true, ...reached];
  for (const part of parts) {
    const next = reached.map(() => false);
    let before = false;
    for (let at = 0; at <= names.length; at += 1) {
      if (part === '**') {
        before ||= reached[at] === true;
        next[at] = before;
      } else if (at > 0 && reached[at - 1] === true) {
        next[at] = matchesName(part, names[at - 1] ?? '');
      }
    }
    reached = next;
  }
  return reached.some((yes, count) => yes && count > 0);
}

/** Stars take as little as they can; on a mismatch only the last one takes one more. */
function matchesName(tokens: readonly Token[], name: string): boolean {
  let token = 0;
  let star = -1;
  let taken = 0;
  for (let at = 0; at < name.length; ) {
    const current = tokens[token];
    if (current === '*') {
      star = token;
      taken = at;
      token += 1;
    } else if (current?.(name[at] ?? '') === true) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      taken += 1;
      at = taken;
      token = star + 1;
    } else return false;
  }
  return tokens.slice(token).every((rest) => rest === '*');
}

function tokensOf(part: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < part.length; at += 1) {
    const character = part[at] ?? '';
    const group = /^\[(\^?)((?:\\.|[^\]\\])+)\]/s.exec(part.slice(at));
    if (character === '*') {
      if (tokens.at(-1) !== '*') tokens.push('*');
    } else if (character === '?') tokens.push(() => true);
    else if (group !== null) {
      tokens.push(oneOf(group[2] ?? '', group[1] === '^'));
      at += group[0].length - 1;
    } else {
      const escaped = character === '\\' && at + 1 < part.length;
      if (escaped) at += 1;
      const wanted = part[at] ?? '';
      tokens.push((given) => given === wanted);
    }
  }
  return tokens;
}

/** `a-z`, single characters, and those that a backslash stands before. */
function oneOf(inside: string, not: boolean): (character: string) => boolean {
  const ranges = [...inside.matchAll(/\\?(.)(?:-\\?(.))?/gs)].map(
    ([, from = '', to = from]) => [from, to] as const,
  );
  return (character) => ranges.some(([from, to]) => character >= from && character <= to) !== not;
}
