import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { PltfError } from '@pltf/contracts';
import { runGatekeeperSuite, runKyvernoTest, type SuiteCase } from '@pltf/plan';
import type { Run } from '../../../command.ts';
import type { Context } from '../../../context.ts';
import { exit } from '../../../exit.ts';
import { count } from '../../../output/count.ts';
import { safe } from '../../../output/safe-text.ts';
import type { guardrailTestCommand } from './command.ts';

const largestFile = 4 * 1024 * 1024;
const notLookedInto = new Set(['.git', 'node_modules']);

/** Runs the suites of a policy library. */
export const run: Run<typeof guardrailTestCommand> = async ({ arguments: { folder } }, context) => {
  const root = folderOf(context, folder);
  const read = reader(root);
  const now = new Date();
  const suites = filesBelow(root).flatMap((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (name === 'suite.yaml') return [() => runGatekeeperSuite(path, read)];
    return name === 'kyverno-test.yaml' ? [() => runKyvernoTest(path, read, now)] : [];
  });
  const cases = suites.flatMap((suite) => suite());
  const failed = cases.filter(({ passed }) => !passed);
  if (context.json) context.out.document({ cases, failed: failed.length });
  else print(context, cases, suites.length);
  return failed.length === 0 ? exit.done : exit.failed;
};

function folderOf({ config }: Context, folder: string | undefined): string {
  const root = resolve(config.workingDirectory, folder ?? '.');
  if (existsSync(root) && statSync(root).isDirectory()) return realpathSync(root);
  throw new PltfError('not-found', {
    detail: `${folder ?? '.'} is no folder`,
    fix: 'Name the folder of the library: a checkout of it.',
  });
}

/** Every file below the folder, sorted, by its path with `/`. */
function filesBelow(root: string): readonly string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile()) found.push(path);
      else if (entry.isDirectory() && !notLookedInto.has(entry.name)) walk(path);
    }
  };
  walk('');
  return found.toSorted();
}

/** Reads below the folder and nowhere else: a suite names other files by paths with `..`, and links may lead out. */
function reader(root: string): (path: string) => string | undefined {
  return (path) => {
    try {
      const file = realpathSync(join(root, path));
      const inside = relative(root, file);
      if (inside.startsWith('..') || inside.startsWith(sep)) return undefined;
      return statSync(file).size > largestFile ? undefined : readFileSync(file, 'utf8');
    } catch {
      return undefined;
    }
  };
}

function print({ out, err }: Context, cases: readonly SuiteCase[], suites: number): void {
  const failed = cases.filter(({ passed }) => !passed);
  for (const one of failed) {
    out.print(`${out.style.red('✘')} ${safe(`${one.suite}: ${one.test}, ${one.case}`)}`);
    out.print(`    ${safe(`expected ${one.expected}, got ${one.got}`)}`);
  }
  const passed = cases.length - failed.length;
  out.print(`${passed} of ${count(cases.length, 'case')} pass, in ${count(suites, 'suite')}.`);
  if (cases.length === 0)
    err.print('Policies in Rego, and kinds other than ValidatingPolicy, give no cases here.');
}
