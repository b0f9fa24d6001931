import type { PlacementView, Wellness } from '@pltf/contracts';
import { CircleOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { Empty } from '../../parts/empty.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Ago } from '../../parts/time.tsx';
import { WellnessMark } from '../../parts/wellness-mark.tsx';

type InstanceState = PlacementView['instances'][number]['state'];

const marks: Readonly<Record<InstanceState, Wellness | 'busy'>> = {
  starting: 'busy',
  healthy: 'healthy',
  unhealthy: 'degraded',
  draining: 'busy',
  warm: 'stopped',
  stopping: 'busy',
  backoff: 'degraded',
  exited: 'down',
};

const words: Readonly<Record<InstanceState, string>> = {
  starting: 'starting',
  healthy: 'healthy',
  unhealthy: 'not healthy',
  draining: 'draining',
  warm: 'warm, without traffic',
  stopping: 'stopping',
  backoff: 'waits to restart',
  exited: 'ended',
};

/** The running copies of a placement; cards on a phone, a table on a desk. */
export function Instances({ placement }: { readonly placement: PlacementView }): ReactNode {
  const { instances, desired, phase } = placement;
  if (instances.length === 0) {
    // None is seen; that none runs is known only where somebody looks.
    if (phase === 'unknown')
      return (
        <Empty
          small
          icon={CircleOff}
          title="Nobody reports its instances"
          text="What runs there is not known now."
        />
      );
    const text =
      desired.state === 'stopped'
        ? 'It was stopped. Start it to have it back.'
        : 'It is about to be started.';
    return <Empty small icon={CircleOff} title="No instance runs" text={text} />;
  }
  return (
    <div className="scroll-x">
      <table className="table table-tight">
        <caption className="unseen">Instances</caption>
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col">State</th>
            <th scope="col" className="number">
              Release
            </th>
            <th scope="col" className="number">
              Memory
            </th>
            <th scope="col" className="number">
              PID
            </th>
            <th scope="col" className="number">
              Port
            </th>
            <th scope="col" className="number">
              Restarts
            </th>
            <th scope="col">Up since</th>
            <th scope="col">Last exit</th>
          </tr>
        </thead>
        <tbody>
          {instances.map((instance) => (
            <Instance key={instance.id} instance={instance} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Instance({
  instance,
}: {
  readonly instance: PlacementView['instances'][number];
}): ReactNode {
  const { id, state, release, memoryMiB, pid, port, restarts, startedAt, lastExit } = instance;
  const mark = marks[state];
  return (
    <tr>
      <td className="mono instance-id" title={id}>
        {id}
      </td>
      <td>
        <span className="row">
          {mark === 'busy' ? (
            <StateMark state="running" silent size={14} />
          ) : (
            <WellnessMark wellness={mark} silent />
          )}
          {words[state]}
        </span>
      </td>
      <td className="number release">#{release}</td>
      <td className="number">{memoryMiB === undefined ? '–' : `${Math.round(memoryMiB)} MiB`}</td>
      <td className="number">{pid ?? '–'}</td>
      <td className="number">{port ?? '–'}</td>
      <td className={restarts > 0 ? 'number figure-bad' : 'number'}>{restarts}</td>
      <td className="shrink">{startedAt === undefined ? '–' : <Ago at={startedAt} />}</td>
      <td className="instance-exit">{lastExit ?? <span className="faint">never</span>}</td>
    </tr>
  );
}
