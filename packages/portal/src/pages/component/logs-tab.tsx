import type { ComponentDetail } from '@pltf/contracts';
import { ScrollText } from 'lucide-react';
import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { LogPanel } from '../../logs/log-panel.tsx';
import { Empty } from '../../parts/empty.tsx';
import { lanesOf } from './lanes.ts';

/** How many lines from before are shown at first. */
const tail = 300;

export function LogsTab({ component }: { readonly component: ComponentDetail }): ReactNode {
  const client = useClient();
  const [params, setParams] = useSearchParams();
  const placements = lanesOf(component).flatMap((lane) => lane.placements);
  const chosen =
    placements.find(({ id }) => id === params.get('of')) ??
    placements.findLast(({ serving }) => serving !== undefined) ??
    placements.at(-1);
  if (chosen === undefined) {
    return (
      <div className="panel">
        <Empty
          icon={ScrollText}
          title="Nothing writes a log yet"
          text="It runs nowhere. The first release brings instances, and their lines appear here."
        />
      </div>
    );
  }
  return (
    <LogPanel
      key={chosen.id}
      name={chosen.id}
      source={chosen.id}
      open={(signal) =>
        client.placementLogs(
          { params: { placement: chosen.id }, query: { tail, follow: 'true' } },
          { signal },
        )
      }
      head={
        <select
          className="input input-small log-select"
          aria-label="Placement"
          value={chosen.id}
          onChange={(event) => setParams({ of: event.target.value }, { replace: true })}
        >
          {placements.map(({ id, environment, branch }) => (
            <option key={id} value={id}>
              {environment === 'preview'
                ? `preview: ${branch ?? component.repository?.defaultBranch ?? id}`
                : environment}
            </option>
          ))}
        </select>
      }
    />
  );
}
