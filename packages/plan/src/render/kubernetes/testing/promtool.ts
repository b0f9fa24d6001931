import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why Prometheus' own check cannot be asked; undefined when it can. */
export function withoutPromtool(): string | undefined {
  const { error } = spawnSync('promtool', ['--version'], { stdio: 'ignore' });
  return error === undefined
    ? undefined
    : 'skipped: no promtool is installed (Debian: package prometheus)';
}

/** What Prometheus says of rules and of tests of them, each text a file; its whole output. */
export function promtool(
  kind: 'check' | 'test',
  files: Readonly<Record<string, string>>,
): { readonly passed: boolean; readonly output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pltf-promtool-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const names = kind === 'check' ? Object.keys(files) : ['test.yaml'];
    const done = spawnSync('promtool', [kind, 'rules', ...names], {
      ...{ cwd: folder, encoding: 'utf8', timeout: 60_000 },
    });
    return { passed: done.status === 0, output: `${done.stdout}${done.stderr}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
