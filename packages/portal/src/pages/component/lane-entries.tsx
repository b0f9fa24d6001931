import type { PlacementView } from '@pltf/contracts';
import { CircleStop, RotateCw, Scaling, SquareTerminal, Trash2, Upload } from 'lucide-react';
import type { MenuEntry } from '../../parts/menu.tsx';
import type { Acting } from './actions/asked.ts';

/** What the menu of an environment offers. */
export function laneEntries(placement: PlacementView, { ask }: Acting): readonly MenuEntry[] {
  const stopped = placement.desired.state === 'stopped';
  const not = stopped ? 'It is stopped.' : undefined;
  const preview = placement.environment === 'preview';
  return [
    {
      id: 'restart',
      title: 'Restart…',
      not,
      icon: <RotateCw size={16} aria-hidden />,
      onChoose: () => ask({ do: 'restart', placement }),
    },
    {
      id: 'scale',
      title: 'Scale…',
      not,
      icon: <Scaling size={16} aria-hidden />,
      onChoose: () => ask({ do: 'scale', placement }),
    },
    {
      id: 'deploy',
      title: 'Deploy a release…',
      icon: <Upload size={16} aria-hidden />,
      onChoose: () => ask({ do: 'deploy', placement }),
    },
    {
      id: 'task',
      title:
        placement.schedule === undefined ? 'Run a one-off task…' : 'Run it now, or a one-off task…',
      icon: <SquareTerminal size={16} aria-hidden />,
      onChoose: () => ask({ do: 'task', placement }),
    },
    {
      id: 'stop',
      title: 'Stop…',
      not: stopped ? 'It is stopped already.' : undefined,
      bad: true,
      icon: <CircleStop size={16} aria-hidden />,
      onChoose: () => ask({ do: 'stop', placement }),
    },
    ...(preview
      ? [
          {
            id: 'end',
            title: 'End this preview…',
            bad: true,
            icon: <Trash2 size={16} aria-hidden />,
            onChoose: () => ask({ do: 'remove-preview' as const, placement }),
          },
        ]
      : []),
  ];
}
