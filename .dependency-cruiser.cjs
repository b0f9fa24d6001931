// The architecture of docs/architecture.md as rules. Every rule here is held by a planted violation
// in test/architecture/planted, so a rule that cannot fire fails `npm run check`.

/** What each package may import of ours. */
const packages = {
  contracts: [],
  plan: ['contracts'],
  server: ['contracts', 'plan'],
  agent: ['contracts'],
  cli: ['contracts', 'plan'],
  portal: ['contracts', 'plan'],
};

/** A module imports only the doors of modules of lower rank. */
const ranks = {
  identity: 1,
  catalog: 1,
  policy: 2,
  repos: 2,
  flags: 2,
  platform: 3,
  runtime: 3,
  backing: 3,
  delivery: 4,
  paths: 5,
  fleet: 5,
  operate: 6,
  measures: 7,
  overview: 8,
};

/** Inside the server: what each layer may import of the others; `main.ts` constructs and may import all. */
const layers = {
  kernel: [],
  persistence: ['kernel'],
  engine: ['kernel', 'persistence'],
  modules: ['kernel', 'persistence', 'engine'],
  drivers: ['kernel', 'modules'],
  http: ['kernel', 'persistence', 'engine', 'modules'],
};

const anyOf = (names) => `(?:${names.join('|')})`;
const server = '^packages/server/src';
const modules = `${server}/modules`;
// Tests stand on whatever makes them real: layers and doors bind the code that ships.
const tests = '(?:\\.test\\.tsx?$|/testing/)';

const packageRules = Object.entries(packages).map(([name, allowed]) => ({
  name: `package-${name}`,
  comment: `packages/${name} may import ${allowed.join(' and ') || 'nothing'} of ours.`,
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: tests },
  to: {
    path: '^(?:packages|test|bench|golden-paths|scripts)/',
    pathNot: `^packages/${anyOf([name, ...allowed])}/`,
  },
}));

const layerRules = Object.entries(layers).map(([name, allowed]) => ({
  name: `layer-${name}`,
  comment: `The server's ${name}/ may import ${allowed.join(', ') || 'nothing else'} of the server.`,
  severity: 'error',
  from: { path: `${server}/${name}/`, pathNot: tests },
  to: { path: `${server}/`, pathNot: `${server}/${anyOf([name, ...allowed])}/` },
}));

const rankRules = Object.entries(ranks).map(([name, rank]) => {
  const lower = Object.keys(ranks).filter((other) => ranks[other] < rank);
  return {
    name: `rank-${name}`,
    comment: `The module ${name} has rank ${rank}; it may import the doors of ${lower.join(', ') || 'no other module'}. Upwards goes an event, or a port that the lower module declares.`,
    severity: 'error',
    from: { path: `${modules}/${name}/`, pathNot: tests },
    to: { path: `${modules}/`, pathNot: `${modules}/${anyOf([name, ...lower])}/` },
  };
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files that import each other, types included, cannot be understood one by one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved',
      comment: 'An import that cannot be followed would pass every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    ...packageRules,
    {
      name: 'package-doors',
      comment: 'Another package is entered by a door (index.ts), not by its inner files.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/', pathNot: tests },
      to: { path: '^packages/', pathNot: ['^packages/$1/', '/index\\.ts$'] },
    },
    ...layerRules,
    ...rankRules,
    {
      name: 'module-doors',
      comment: 'A module is entered by its door (index.ts), also by another module.',
      severity: 'error',
      from: { path: `${modules}/([^/]+)/`, pathNot: tests },
      to: { path: `${modules}/`, pathNot: [`${modules}/$1/`, `${modules}/[^/]+/index\\.ts$`] },
    },
    {
      name: 'module-doors-from-outside',
      comment: 'Drivers, http and main.ts enter a module by its door too.',
      severity: 'error',
      from: { path: `${server}/`, pathNot: [`${modules}/`, tests] },
      to: { path: `${modules}/`, pathNot: `${modules}/[^/]+/index\\.ts$` },
    },
    {
      name: 'module-known',
      comment:
        'A new module needs a rank: add it to `ranks` in .dependency-cruiser.cjs and to docs/architecture.md.',
      severity: 'error',
      from: { path: `${modules}/`, pathNot: `${modules}/${anyOf(Object.keys(ranks))}/` },
      to: {},
    },
    {
      name: 'main-imported-by-nobody',
      comment: 'main.ts constructs; who imports it starts a process.',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: '^packages/[^/]+/src/(?:up/)?main\\.tsx?$' },
    },
    {
      name: 'kernel-is-pure',
      comment:
        'The kernel has no input or output: of Node it may use node:crypto (hashes, ids), of npm nothing.',
      severity: 'error',
      from: { path: `${server}/kernel/`, pathNot: tests },
      to: { dependencyTypes: ['core', 'npm'], pathNot: '(?:^|/)(?:node:)?(?:crypto|zod)(?:/|$)' },
    },
    {
      name: 'runs-in-a-browser',
      comment: 'contracts and plan run in the portal too: no module of Node.',
      severity: 'error',
      from: { path: '^packages/(?:contracts|plan|portal)/src/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-tests-in-production',
      comment: 'What ships does not import tests or their support.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'no-development-packages-in-production',
      comment: 'What ships imports what its own package.json names under dependencies.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: tests },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: '^(?:packages/[^/]+/dist|test/architecture/planted)/|^packages/.*/(?:fixtures|skeleton)/',
    },
    // Types count: a cycle of types is a cycle of ideas.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
    skipAnalysisNotInRules: true,
  },
};
