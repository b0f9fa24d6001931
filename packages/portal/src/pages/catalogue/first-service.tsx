import { Rocket } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { CopyLine } from '../../parts/copy.tsx';
import { Empty } from '../../parts/empty.tsx';
import { mayCreate } from '../../session/rights.ts';
import { useMe } from '../../session/session.tsx';

/** An empty platform invites its first service. */
export function FirstService(): ReactNode {
  const create = mayCreate(useMe());
  return (
    <div className="panel">
      <Empty
        icon={Rocket}
        title="Nothing runs here yet"
        text="One line makes a repository with a working program, its pipeline, and a review app with an address of its own. It takes seconds."
      >
        <CopyLine prompt="$" text="pltf create service hello" what="command" />
        {create.allowed ? (
          <Link href="/create" className="button button-primary">
            Create the first service here
          </Link>
        ) : (
          <p className="small">{create.reason}</p>
        )}
      </Empty>
    </div>
  );
}
