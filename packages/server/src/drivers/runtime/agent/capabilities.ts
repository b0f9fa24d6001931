import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface MachineCapabilities {
  readonly arch: 'X64' | 'ARM64';
  readonly node: string;
  readonly python?: string;
  readonly missingPrograms: string[];
}

const run = promisify(execFile);
const timeout = 5_000;

/** Whoever may speak to a Docker Engine is root on its machine, so its socket is not shown to steps. */
const neverReached = ['docker'];

/** What this machine has for pipeline steps: asked once, at start. */
export async function detectCapabilities(path: string): Promise<MachineCapabilities> {
  const version = async (program: string, ...args: string[]): Promise<string | undefined> =>
    run(program, args, { env: { PATH: path }, timeout }).then(
      ({ stdout, stderr }) => `${stdout}${stderr}`.trim(),
      () => undefined,
    );
  const python = await version('python3', '--version');
  const found = /(\d+\.\d+\.\d+)/.exec(python ?? '')?.[1];
  return {
    arch: process.arch === 'arm64' ? 'ARM64' : 'X64',
    node: process.versions.node,
    ...(found === undefined ? {} : { python: found }),
    missingPrograms: [...neverReached],
  };
}
