import type { Traffic } from '@pltf/contracts';

const number = (value: number): string => value.toLocaleString('en-US');
const milliseconds = (value: number): string =>
  value >= 10 ? `${Math.round(value)} ms` : `${value.toFixed(1)} ms`;

/** What the router counted, in one line; undefined when it counted nothing. */
export function trafficText(traffic: Traffic | undefined): string | undefined {
  if (traffic === undefined) return undefined;
  if (traffic.requests === 0) return 'no requests meanwhile';
  return [
    `${number(traffic.requests)} requests`,
    `${number(traffic.failures)} failed`,
    `${number(traffic.errors)} errors`,
    `slowest ${milliseconds(traffic.slowestMs)}`,
    `p99 ${milliseconds(traffic.p99Ms)}`,
  ].join(', ');
}
