import { useQuery } from '@tanstack/react-query';
import { CloudOff, Unplug } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useClient } from '../api/client-context.ts';
import { healthQuery } from '../api/governance-queries.ts';
import { clock } from '../format/time.ts';
import { useConnection } from '../live/live.tsx';

/** A connection that comes back within this was not worth a word. */
const graceMs = 1500;

/** Whether the stream has been away long enough to say so. */
function useAway(): boolean {
  const { state } = useConnection();
  const [away, setAway] = useState(false);
  useEffect(() => {
    if (state === 'live') {
      setAway(false);
      return undefined;
    }
    const timer = setTimeout(() => setAway(true), state === 'away' ? graceMs : graceMs * 3);
    return () => clearTimeout(timer);
  }, [state]);
  return away;
}

/** Says that the platform is away and how old what is shown is; goes by itself when it is back. */
export function ConnectionBanner(): ReactNode {
  const away = useAway();
  const { knownAt } = useConnection();
  return (
    <div role="status" aria-live="polite">
      {away ? (
        <div className="away">
          <CloudOff size={16} aria-hidden />
          <span>
            <span className="strong">The platform does not answer.</span> What you see is as of{' '}
            {clock(new Date(knownAt).toISOString())}. Reconnecting by itself; running services are
            not affected.
          </span>
        </div>
      ) : (
        <AgentAway />
      )}
    </div>
  );
}

/** Says that the server answers, but nothing is known of what runs. */
function AgentAway(): ReactNode {
  const { data } = useQuery(healthQuery(useClient()));
  if (data === undefined || data.agent === 'ok') return null;
  return (
    <div className="away">
      <Unplug size={16} aria-hidden />
      <span>
        <span className="strong">The agent does not answer.</span> How services are is not known
        now, and deployments wait. Running services are not affected; this goes by itself when the
        agent is back.
      </span>
    </div>
  );
}

/** The small words at the foot of the side. */
export function ConnectionWords(): ReactNode {
  const { state } = useConnection();
  const words = { connecting: 'Connecting…', live: 'Live', away: 'Reconnecting…' } as const;
  return (
    <p
      className="connection"
      title={state === 'live' ? 'Changes appear as they happen' : undefined}
    >
      <span className={`dot dot-${state}`} aria-hidden />
      {words[state]}
    </p>
  );
}
