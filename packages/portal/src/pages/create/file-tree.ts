/** A file or folder of a tree; folders carry the sum of what they hold. */
export interface TreeNode {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Undefined for a file. */
  readonly children: readonly TreeNode[] | undefined;
}

interface Listed {
  readonly path: string;
  readonly bytes: number;
}

/** Folders first, then by name; a folder that holds one folder only is shown joined with it. */
export function fileTree(files: readonly Listed[], prefix = ''): readonly TreeNode[] {
  const inside = new Map<string, Listed[]>();
  const nodes: TreeNode[] = [];
  for (const file of files) {
    const [head = '', ...rest] = file.path.slice(prefix.length).split('/');
    if (rest.length === 0)
      nodes.push({ name: head, path: file.path, bytes: file.bytes, children: undefined });
    else inside.set(head, [...(inside.get(head) ?? []), file]);
  }
  for (const [name, held] of inside) nodes.push(folder(name, `${prefix}${name}`, held));
  return nodes.toSorted(
    (one, other) =>
      Number(one.children === undefined) - Number(other.children === undefined) ||
      one.name.localeCompare(other.name, 'en'),
  );
}

function folder(name: string, path: string, held: readonly Listed[]): TreeNode {
  const children = fileTree(held, `${path}/`);
  const [only] = children;
  if (children.length === 1 && only?.children !== undefined) {
    return { ...only, name: `${name}/${only.name}` };
  }
  return { name, path, bytes: held.reduce((sum, file) => sum + file.bytes, 0), children };
}
