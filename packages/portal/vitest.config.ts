import { defineConfig } from 'vitest/config';

/** Tests in a real browser, one file at a time: `npx vitest run --root packages/portal`. */
export default defineConfig({
  test: {
    name: 'portal',
    include: ['test/**/*.test.ts', 'src/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
