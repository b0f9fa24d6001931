import { openEnvironmentRepo } from '../index.ts';

// Commits without end, each over four files, and says so, until somebody ends the process: for tests that end it.
const [location = '', name = ''] = process.argv.slice(2);
const repo = await openEnvironmentRepo({
  location,
  root: `${location}.copies`,
  path: process.env['PATH'] ?? '',
  batchMs: 0,
});
for (let number = 0; ; number += 1) {
  const bytes = Buffer.from(`${name} ${number} ${'x'.repeat(20_000 * Math.random())}\n`);
  const paths = ['a', 'b', 'c', 'd'].map((file) => `rings/${name}/${file}/manifest.yaml`);
  await repo.commit({
    ref: 'refs/heads/main',
    changes: new Map(paths.map((path) => [path, bytes])),
    message: `${name} ${number}`,
  });
  process.stdout.write('committed\n');
}
