import { type ComponentFacts, GoldenPathFacts, PlatformFacts, PlatformFile } from '@pltf/contracts';
import type { z } from 'zod';

export type FileInput = z.input<typeof PlatformFile>;

export const nodeService: GoldenPathFacts = GoldenPathFacts.parse({
  id: 'node-service',
  version: '1.0.0',
  kind: 'service',
  maturity: 'supported',
  support: 'Two working days.',
  owner: 'platform',
  defaults: { run: { command: 'node src/server.js', port: 8080, health: '/healthz' } },
  files: ['.github/workflows/ci.yml', 'alerts/rules.yaml', 'package.json', 'pltf.yaml', 'src/'],
  root: {
    names: ['package.json', 'src/'],
    texts: { 'package.json': '{"scripts":{"start":"node src/server.js"}}' },
  },
});

/** A platform with prices, three environments and one golden path. */
export function sampleFacts(
  file: FileInput = {},
  components: Readonly<Record<string, ComponentFacts>> = {},
): PlatformFacts {
  const platform = PlatformFile.parse({
    rates: { memoryGiBHour: '0.006', cpuHour: '0.03' },
    ...file,
  });
  return PlatformFacts.parse({
    asOf: '2026-11-21T12:00:00Z',
    platform,
    guardrails: [],
    goldenPaths: [nodeService],
    exceptions: [],
    names: Object.fromEntries(
      Object.values(components).map(({ name, owner, spec }) => [
        name,
        { owner, kind: spec?.kind ?? 'service' },
      ]),
    ),
    components,
  });
}

/** A component as it is once this thin file was applied. */
export const applied = (name: string, thinFile: string): ComponentFacts => ({
  name,
  state: 'ready',
  owner: 'everyone',
  path: 'node-service@1.0.0',
  thinFile,
  root: { names: ['package.json', 'src/'], texts: {} },
  pipeline: '.github/workflows/ci.yml',
  placements: [],
});
