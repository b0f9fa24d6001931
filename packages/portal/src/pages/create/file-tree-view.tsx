import { File, Folder } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { bytes } from '../../format/count.ts';
import { fileTree, type TreeNode } from './file-tree.ts';
import { fileKey } from './plan-diff.ts';

interface FileTreeProps {
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly added: ReadonlySet<string>;
}

/** The files of a repository, folders closed to begin with so that the whole fits the eye. */
export function FileTree({ files, added }: FileTreeProps): ReactNode {
  const tree = useMemo(() => fileTree(files), [files]);
  return (
    <ul className="tree">
      {tree.map((node) => (
        <Node key={node.path} node={node} added={added} />
      ))}
    </ul>
  );
}

const holdsNew = (node: TreeNode, added: ReadonlySet<string>): boolean =>
  node.children === undefined
    ? added.has(fileKey(node.path))
    : node.children.some((inside) => holdsNew(inside, added));

function Node({
  node,
  added,
}: {
  readonly node: TreeNode;
  readonly added: ReadonlySet<string>;
}): ReactNode {
  const { name, path, children } = node;
  const fresh = holdsNew(node, added);
  const line = (
    <>
      {children === undefined ? <File size={14} aria-hidden /> : <Folder size={14} aria-hidden />}
      <span className="cut mono" title={path}>
        {name}
        {children === undefined ? '' : '/'}
      </span>
      {fresh ? <span className="tag tag-new">new</span> : null}
      <span className="small faint tree-size">{bytes(node.bytes)}</span>
    </>
  );
  if (children === undefined) return <li className="tree-line">{line}</li>;
  return (
    <li>
      <details>
        <summary className="tree-line">{line}</summary>
        <ul className="tree">
          {children.map((inside) => (
            <Node key={inside.path} node={inside} added={added} />
          ))}
        </ul>
      </details>
    </li>
  );
}
