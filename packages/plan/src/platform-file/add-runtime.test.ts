import { PltfError } from '@pltf/contracts';
import { expect, it } from 'vitest';
import { withRuntime } from './add-runtime.ts';
import { builtinPlatformText } from './platform-text.ts';

const berlin = { name: 'berlin', context: 'kind-dev', registry: 'registry.example.com/pltf' };

it('adds one line to the platform file, and nothing else changes', () => {
  const text = withRuntime(builtinPlatformText, berlin);
  const before = builtinPlatformText.split('\n');
  const added = text.split('\n').filter((line) => !before.includes(line));

  expect(added).toEqual([
    '  berlin: {driver: kubernetes, context: kind-dev, registry: registry.example.com/pltf}',
  ]);
  expect(text.split('\n').filter((line) => line !== added[0])).toEqual(before);
});

it('keeps the agent where the file named no runtimes', () => {
  expect(withRuntime('organisation: Acme # us\n', { name: 'east', context: 'east' })).toBe(
    'organisation: Acme # us\nruntimes:\n  agent: {driver: agent}\n  east: {driver: kubernetes, context: east}\n',
  );
});

it('refuses a name that is taken', () => {
  const again = (): string => withRuntime(withRuntime(builtinPlatformText, berlin), berlin);

  expect(again).toThrow(PltfError);
});
