import type { PlacementView } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { compact, count, latency } from '../../format/count.ts';

/** The few numbers that say how a placement is. */
export function PlacementFigures({ placement }: { readonly placement: PlacementView }): ReactNode {
  const { instances, desired, traffic, phase } = placement;
  const healthy = instances.filter(({ state }) => state === 'healthy').length;
  const wanted = desired.state === 'running' ? desired.instances : 0;
  const failed = traffic === undefined ? 0 : traffic.errors + traffic.failures;
  return (
    <dl className="figures">
      <Figure name="Instances" bad={phase !== 'unknown' && healthy < wanted}>
        {phase === 'unknown' ? '?' : healthy}/{wanted}
      </Figure>
      {traffic === undefined || placement.url === undefined ? null : (
        <>
          <Figure name="Requests" title={count(traffic.requests)}>
            {compact(traffic.requests)}
          </Figure>
          <Figure
            name="Errors"
            bad={failed > 0}
            title={`${count(traffic.errors)} answered 5xx, ${count(traffic.failures)} not answered`}
          >
            {compact(failed)}
          </Figure>
          <Figure name="p95">{traffic.requests === 0 ? '–' : latency(traffic.p95Ms)}</Figure>
        </>
      )}
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly children: ReactNode;
  readonly bad?: boolean;
  readonly title?: string;
}

export function Figure({ name, children, bad = false, title }: FigureProps): ReactNode {
  return (
    <div className={bad ? 'figure figure-bad' : 'figure'} title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
