// Holds the code to docs/architecture.md: the import graph (.dependency-cruiser.cjs) and the house
// rules (source-rules.mjs), over the real code and over planted violations that must each be caught.
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import { violationsOf } from './source-rules.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const plantedRoot = join(root, 'test', 'architecture', 'planted');
const { forbidden, options } = createRequire(import.meta.url)(
  join(root, '.dependency-cruiser.cjs'),
);
const sourceRules = [
  'environment-only-in-config',
  'pure-sources',
  'import-without-effect',
  'suppression-with-reason',
  'words',
  'function-length',
  'timeouts-that-end',
];

/** Every violation below one root, and how much was looked at. */
async function inspect(baseDir) {
  const { output } = await cruise(['packages'], {
    ...options,
    baseDir,
    validate: true,
    ruleSet: { forbidden },
  });
  // Only a reporter of its own would make it a text.
  if (typeof output === 'string') throw new Error(output);
  const fixes = new Map(forbidden.map((rule) => [rule.name, rule.comment]));
  /** @type {{ rule: string, path: string, text: string, fix?: string, line?: number }[]} */
  const violations = output.summary.violations.map(({ rule, from, to, cycle }) => ({
    rule: rule.name,
    path: from,
    text: cycle
      ? `is part of a cycle: ${cycle.map((step) => step.name).join(' → ')}`
      : `imports ${to}`,
    fix: fixes.get(rule.name),
  }));
  const files = await sources(baseDir);
  for (const path of files) {
    for (const { rule, line, message } of violationsOf(
      path,
      await readFile(join(baseDir, path), 'utf8'),
    )) {
      violations.push({ rule, path, line, text: message });
    }
  }
  return { violations, files, modules: output.modules };
}

async function sources(baseDir) {
  const names = await readdir(join(baseDir, 'packages'), { recursive: true });
  return names
    .map((name) => `packages/${name.split(sep).join('/')}`)
    .filter((path) => /^packages\/[^/]+\/src\/.*\.tsx?$/.test(path))
    .filter((path) => !/\/(?:fixtures|skeleton|template)\//.test(path) && !path.endsWith('.d.ts'))
    .sort();
}

/** A rule that cannot fire is no rule: what is planted must be found, and nothing else. */
async function checkPlanted() {
  const { violations, files } = await inspect(plantedRoot);
  const problems = [];
  const fired = new Set();
  for (const path of files) {
    const text = await readFile(join(plantedRoot, path), 'utf8');
    const expected = text.match(/^\/\/ violates: (.*)$/m)?.[1];
    const found = [
      ...new Set(violations.filter((one) => one.path === path).map((one) => one.rule)),
    ];
    const got = found.sort((a, b) => a.localeCompare(b)).join(', ') || 'nothing';
    for (const rule of found) fired.add(rule);
    if (got !== expected) problems.push(`${path}: should violate ${expected}, violates ${got}`);
  }
  for (const rule of [...forbidden.map((one) => one.name), ...sourceRules]) {
    if (!fired.has(rule)) problems.push(`rule ${rule}: no planted violation makes it fire`);
  }
  return { problems, rules: fired.size, files: files.length };
}

/** The graph itself: too few modules, or imports of ours that lead nowhere, would make every rule pass. */
function checkGraph(modules, files) {
  const ours = modules.filter((one) => one.source.startsWith('packages/'));
  const problems = [];
  const seen = new Set(ours.map((one) => one.source));
  const missed = files.filter((path) => !seen.has(path));
  if (ours.length === 0) problems.push('dependency-cruiser read no module at all');
  if (missed.length > 0) problems.push(`dependency-cruiser did not read ${missed.join(', ')}`);
  for (const { source, dependencies } of ours) {
    for (const { module, resolved } of dependencies) {
      if (module.startsWith('@pltf/') && !resolved.startsWith('packages/')) {
        problems.push(`${source}: ${module} was resolved to ${resolved}, outside packages/`);
      }
    }
  }
  return { problems, count: ours.length };
}

const only = process.argv
  .slice(2)
  .map((path) => relative(root, resolve(path)).split(sep).join('/'));
process.chdir(root);
const isAsked = (path) => only.length === 0 || only.some((one) => path.startsWith(one));
const real = await inspect(root);
const graph = checkGraph(real.modules, real.files);
const rulesHold = await checkPlanted();

const violations = real.violations.filter((one) => isAsked(one.path));
for (const rule of new Set(violations.map((one) => one.rule))) {
  const those = violations.filter((one) => one.rule === rule);
  const fix = those[0]?.fix;
  console.log(`${rule}${fix === undefined ? '' : `: ${fix}`}`);
  for (const { path, line, text } of those) {
    console.log(`  ${path}${line === undefined ? '' : `:${line}`}  ${text}`);
  }
}
for (const problem of [...graph.problems, ...rulesHold.problems]) console.log(problem);
const failures = violations.length + graph.problems.length + rulesHold.problems.length;
console.log(
  `architecture: ${graph.count} modules, ${rulesHold.rules} rules held by ${rulesHold.files} planted files, ${failures} problems`,
);
process.exitCode = failures === 0 ? 0 : 1;
