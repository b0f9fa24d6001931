import { readFile } from 'node:fs/promises';
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** `@actions/workflow-parser` imports JSON without an import attribute: only a bundler reads it. */
const bundledOnly = /@actions\/workflow-parser/;

/** That package's source maps point to files it does not ship; without this Vite warns for each. */
const withoutBrokenSourceMaps = {
  name: 'pltf:without-broken-source-maps',
  async load(id: string) {
    if (!bundledOnly.test(id) || !id.endsWith('.js')) return undefined;
    const code = await readFile(id, 'utf8');
    return {
      code: code.replace(/^\/\/# sourceMappingURL=.*$/m, ''),
      map: { mappings: '' as const },
    };
  },
};

// Templates of golden paths hold tests of their own; those run inside the rendered repository.
const exclude = [
  ...configDefaults.exclude,
  '**/dist/**',
  '**/skeleton/**',
  'golden-paths/**/template/**',
  '**/fixtures/**',
  'test/architecture/planted/**',
];

/** Whole platforms over a real Kubernetes cluster. */
const clusterTests = [
  'test/e2e/kubernetes*.test.ts',
  'test/e2e/gitops*.test.ts',
  'test/runtime-contract/kubernetes*.test.ts',
  'packages/server/src/drivers/runtime/kubernetes/real-*.test.ts',
];

type Tests = NonNullable<TestProjectInlineConfiguration['test']>;

function project(tests: Tests): TestProjectInlineConfiguration {
  return {
    plugins: [withoutBrokenSourceMaps],
    test: {
      environment: 'node',
      // A real Postgres, git or process is behind many tests; on a busy two-core machine they are slow.
      testTimeout: 30_000,
      // On a shared machine a process may be held up for seconds: what fails three times in a row is broken.
      retry: process.env['CI'] === undefined ? 0 : 2,
      hookTimeout: 60_000,
      exclude,
      // Processes, not threads: tests spawn, signal and set umasks, which threads share or refuse.
      // It costs 20 ms a file.
      pool: 'forks',
      server: { deps: { inline: [bundledOnly] } },
      ...tests,
    },
  };
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project({
        name: 'unit',
        include: [
          'packages/**/src/**/*.test.{ts,tsx}',
          'golden-paths/**/*.test.ts',
          'bench/**/*.test.ts',
          'test/**/*.test.ts',
        ],
        exclude: [...exclude, 'test/e2e/**', ...clusterTests],
        sequence: { groupOrder: 1 },
      }),
      project({
        name: 'e2e',
        include: ['test/e2e/**/*.test.ts'],
        exclude: [...exclude, ...clusterTests],
        // Each starts a whole platform, and some measure: one at a time.
        fileParallelism: false,
        testTimeout: 180_000,
        hookTimeout: 180_000,
        sequence: { groupOrder: 2 },
      }),
      // Last of all, so that pods and browsers slow nothing that is measured. Both are mostly waited for: two files at a
      // time, of either.
      project({
        name: 'portal',
        include: ['packages/portal/test/**/*.test.ts'],
        testTimeout: 180_000,
        hookTimeout: 180_000,
        sequence: { groupOrder: 3 },
      }),
      project({
        name: 'cluster',
        include: clusterTests,
        globalSetup: ['test/e2e/support/cluster-setup.ts'],
        testTimeout: 240_000,
        hookTimeout: 240_000,
        // Of tests that say so, in each file: more would have pods wait for a processor to start on.
        maxConcurrency: 3,
        sequence: { groupOrder: 3 },
      }),
    ],
  },
});
