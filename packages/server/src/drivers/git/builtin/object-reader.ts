import type { Git } from './git-process.ts';

interface ObjectAnswer {
  readonly type: string;
  readonly bytes: Buffer;
}

const maximumFile = 1024 * 1024;

/** Reads objects of one repository by `git cat-file --batch`: one process for any number of them. */
export async function readObjects(
  git: Git,
  directory: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, ObjectAnswer>> {
  const answers = new Map<string, ObjectAnswer>();
  // A name with a line break would be read as two requests.
  const asked = names.filter((name) => !/[\n\r\0]/.test(name));
  if (asked.length === 0) return answers;
  const { out } = await git({
    args: ['--git-dir', directory, 'cat-file', '--batch'],
    input: `${asked.join('\n')}\n`,
  });
  let position = 0;
  for (const name of asked) {
    const end = out.indexOf(10, position);
    if (end < 0) break;
    const header = out.toString('utf8', position, end);
    position = end + 1;
    const match = /^[0-9a-f]{40} (\w+) (\d+)$/.exec(header);
    if (match === null) continue;
    const size = Number(match[2]);
    answers.set(name, { type: match[1] ?? '', bytes: out.subarray(position, position + size) });
    position += size + 1;
  }
  return answers;
}

/** File names directly in a tree object (`<mode> <name>\0<20 bytes>`…). */
function treeFiles(tree: Buffer): readonly string[] {
  const names: string[] = [];
  let position = 0;
  while (position < tree.length) {
    const space = tree.indexOf(32, position);
    const zero = tree.indexOf(0, space);
    if (space < 0 || zero < 0) break;
    const mode = tree.toString('utf8', position, space);
    if (mode.startsWith('100')) names.push(tree.toString('utf8', space + 1, zero));
    position = zero + 21;
  }
  return names;
}

/** Texts of the files that exist among `paths` and directly in `folders`; files above 1 MiB are left out. */
export async function readTexts(
  git: Git,
  directory: string,
  commit: string,
  paths: readonly string[],
  folders: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const first = await readObjects(
    git,
    directory,
    [...paths, ...folders].map((path) => `${commit}:${path}`),
  );
  const texts = new Map<string, string>();
  const more: string[] = [];
  for (const folder of folders) {
    const tree = first.get(`${commit}:${folder}`);
    if (tree?.type === 'tree')
      more.push(...treeFiles(tree.bytes).map((name) => `${folder}/${name}`));
  }
  const second = await readObjects(
    git,
    directory,
    more.map((path) => `${commit}:${path}`),
  );
  for (const [name, object] of [...first, ...second]) {
    if (object.type !== 'blob' || object.bytes.length > maximumFile) continue;
    texts.set(name.slice(commit.length + 1), object.bytes.toString('utf8'));
  }
  return texts;
}
