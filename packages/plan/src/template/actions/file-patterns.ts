import picomatch from 'picomatch';

/**
 * Whether a path matches glob patterns as Backstage's globby does: dotfiles count, a folder's name means all in
 * it, and `!pattern` takes out again.
 */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const options = { dot: true };
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!')).flatMap(expanded);
  const unwanted = patterns
    .filter((pattern) => pattern.startsWith('!'))
    .flatMap((pattern) => expanded(pattern.slice(1)));
  const matches = picomatch(wanted, options);
  const excluded = picomatch(unwanted, options);
  return (path) => wanted.length > 0 && matches(path) && !(unwanted.length > 0 && excluded(path));
}

function expanded(pattern: string): readonly string[] {
  const plain = pattern.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
  return plain.endsWith('**') ? [plain] : [plain, `${plain}/**`];
}
