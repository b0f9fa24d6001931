import type { KeyboardEvent, ReactNode } from 'react';
import { plural } from '../../../format/count.ts';
import { type FlowDrawing, nodeHeight, nodeWidth, type PlacedNode } from './layout.ts';

interface FlowMapProps {
  readonly drawing: FlowDrawing;
  readonly chosen: string | undefined;
  readonly onChoose: (id: string | undefined) => void;
}

/** Who holds what, and where it goes; each service can be reached with the keyboard and chosen. */
export function FlowMap({ drawing, chosen, onChoose }: FlowMapProps): ReactNode {
  const { nodes, edges, width, height } = drawing;
  const beside = new Set(
    edges.flatMap(({ from, to }) => (from === chosen || to === chosen ? [from, to] : [])),
  );
  const faint = (id: string): boolean => chosen !== undefined && id !== chosen && !beside.has(id);
  return (
    <div className="flow-map scroll-x">
      <svg
        style={{ maxWidth: width, minWidth: width * 0.72 }}
        viewBox={`0 0 ${width} ${height + 30}`}
        role="group"
        aria-label="Map of personal data; the table below says the same"
      >
        <defs>
          {['plain', 'bad', 'on'].map((tone) => (
            <marker
              key={tone}
              id={`flow-end-${tone}`}
              viewBox="0 0 8 8"
              refX={6}
              refY={4}
              markerWidth={7}
              markerHeight={7}
              orient="auto-start-reverse"
            >
              <path d="M0 0 8 4 0 8Z" className={`flow-end flow-end-${tone}`} />
            </marker>
          ))}
        </defs>
        {edges.map(({ from, to, path, undeclared }) => {
          const on = chosen !== undefined && (from === chosen || to === chosen);
          const tone = undeclared ? 'bad' : on ? 'on' : 'plain';
          const rest = chosen !== undefined && !on ? ' flow-faint' : '';
          return (
            <path
              key={`${from} ${to}`}
              d={path}
              className={`flow flow-${tone}${rest}`}
              markerEnd={`url(#flow-end-${tone})`}
            />
          );
        })}
        {nodes.map((node) => (
          <FlowNode
            key={node.id}
            node={node}
            chosen={node.id === chosen}
            faint={faint(node.id)}
            onChoose={() => onChoose(node.id === chosen ? undefined : node.id)}
          />
        ))}
      </svg>
    </div>
  );
}

interface FlowNodeProps {
  readonly node: PlacedNode;
  readonly chosen: boolean;
  readonly faint: boolean;
  readonly onChoose: () => void;
}

const longest = 21;
const short = (text: string): string =>
  text.length > longest ? `${text.slice(0, longest - 1)}…` : text;

/** `pii.contact` reads as `contact` where everything is personal data. */
export const className = (id: string): string => id.replace(/^pii\./, '');

const kindWords = {
  holder: 'holds',
  undeclared: 'does not declare',
  store: 'store with',
} as const;

function FlowNode({ node, chosen, faint, onChoose }: FlowNodeProps): ReactNode {
  const { id, x, y, kind, classes, special } = node;
  const held = classes.map(className).join(', ');
  const words = `${id}: ${kindWords[kind]} ${held === '' ? 'nothing' : held}`;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onChoose();
  };
  return (
    <g
      className={`flow-node flow-node-${kind}${faint ? ' flow-faint' : ''}`}
      transform={`translate(${x} ${y})`}
      role="button"
      tabIndex={0}
      aria-pressed={chosen}
      aria-label={words}
      onClick={onChoose}
      onKeyDown={onKeyDown}
    >
      <title>{words}</title>
      <rect
        width={nodeWidth}
        height={nodeHeight}
        rx={kind === 'store' ? nodeHeight / 2 : 8}
        className="flow-box"
      />
      <text x={14} y={22} className="flow-name">
        {short(id)}
      </text>
      <text x={14} y={39} className="flow-classes">
        {special ? '● ' : ''}
        {held === '' ? plural(0, 'class', 'classes') : short(held)}
      </text>
    </g>
  );
}
