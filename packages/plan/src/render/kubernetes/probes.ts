import type { RunSpec } from '@pltf/contracts';
import type { JsonValue } from '../../template/json.ts';
import { constant } from '../yaml/constant.ts';
import { literal } from './bound-text.ts';
import { handlerOf } from './container-parts.ts';
import { ofValues } from './kept-parts.ts';
import type { Placed } from './placed.ts';

/** How long a start may take, in seconds. */
export const startSeconds = ({ spec }: Placed): number =>
  Math.max(1, Math.ceil(spec.run.startTimeoutMs / 1000));

/**
 * Startup: until the start has to be done. Readiness: as the thin file's `health` says. Liveness: only whether the
 * program still accepts, so that a dependency that is down restarts nobody.
 */
export function probesOf(placed: Placed): Readonly<Record<string, JsonValue>> {
  const { spec, port } = placed;
  const seconds = startSeconds(placed);
  if (port === undefined) {
    if (spec.run.alive === undefined) return {};
    const exec = { command: spec.run.alive.map(literal) };
    return {
      startupProbe: {
        exec,
        periodSeconds: 2,
        failureThreshold: Math.max(1, Math.ceil(seconds / 2)),
      },
      livenessProbe: { exec, periodSeconds: 20, timeoutSeconds: 5 },
    };
  }
  const usual = asked(spec.run.health ?? '', seconds);
  return spec.run.probes === undefined ? usual : withOwn(usual, spec.run.probes, seconds);
}

/** The workload's own questions instead of the usual ones; it has started when it is ready. */
function withOwn(
  usual: Readonly<Record<string, JsonValue>>,
  { readiness, liveness }: NonNullable<RunSpec['probes']>,
  seconds: number,
): Readonly<Record<string, JsonValue>> {
  const ready = readiness && handlerOf(readiness);
  const alive = liveness && handlerOf(liveness);
  return {
    ...usual,
    ...(ready === undefined
      ? {}
      : {
          startupProbe: { ...ready, periodSeconds: 1, failureThreshold: seconds },
          readinessProbe: { ...ready, periodSeconds: 5, timeoutSeconds: 2 },
        }),
    ...(alive === undefined
      ? {}
      : {
          livenessProbe: { ...alive, periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 6 },
        }),
  };
}

const accepts = { tcpSocket: { port: 'http' } };
const livenessProbe = /* @__PURE__ */ constant({
  ...accepts,
  periodSeconds: 10,
  timeoutSeconds: 2,
  failureThreshold: 6,
});

/** An empty path: it is well when it accepts. */
const asked = /* @__PURE__ */ ofValues((path: string, seconds: number) => {
  const ready = path === '' ? accepts : { httpGet: { path, port: 'http', scheme: 'HTTP' } };
  return {
    startupProbe: constant({ ...ready, periodSeconds: 1, failureThreshold: seconds }),
    readinessProbe: constant({ ...ready, periodSeconds: 5, timeoutSeconds: 2 }),
    livenessProbe,
  };
});
