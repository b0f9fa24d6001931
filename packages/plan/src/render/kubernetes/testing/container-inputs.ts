import * as fc from 'fast-check';

export const sideName = fc.constantFrom('first', 'proxy', 'users-api');
export const turn = fc.constantFrom('started' as const, 'healthy' as const, 'complete' as const);
const places = [
  'plain $$ text',
  'redis://${needs.cache.host}:${needs.cache.port}/$$1',
  '${route.host}${environment.A}${needs.no\\.such.key}',
];
const path = fc.constantFrom('/etc/a.conf', '/etc/b/c.d', '/data');
const probe = fc.constantFrom(
  {
    httpGet: { path: '/up', port: 8080, host: 'example.com', headers: [{ name: 'A', value: 'b' }] },
  },
  { exec: ['sh', '-c', 'echo $(date) $$'] },
  {},
);
/** What a container of a Score workload can say. */
export const parts = {
  args: fc.array(fc.constantFrom('--x', '$HOME', '$(B)'), { maxLength: 2 }),
  bound: fc.dictionary(fc.constantFrom('URL', 'OTHER'), fc.constantFrom(...places)),
  files: fc.dictionary(
    path,
    fc.oneof(
      fc.record({
        content: fc.constantFrom(...places),
        mode: fc.constantFrom('0644', '0400'),
        bound: fc.boolean(),
      }),
      fc.constant({ base64: 'AAEC' }),
      fc.constant({ source: './a.conf' }),
    ),
    { maxKeys: 2 },
  ),
  volumes: fc.dictionary(
    fc.constantFrom('/store', '/more'),
    fc.record(
      {
        volume: fc.constantFrom('data', 'Some.Volume/outside'),
        subPath: fc.constantFrom('sub'),
        readOnly: fc.boolean(),
      },
      { requiredKeys: ['volume'] },
    ),
    { maxKeys: 2 },
  ),
  probes: fc.record({ liveness: probe, readiness: probe }, { requiredKeys: [] }),
};
