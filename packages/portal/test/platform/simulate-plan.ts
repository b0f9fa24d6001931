import { ComponentName, type CreateComponent, type CreationPlan } from '@pltf/contracts';
import { planText } from './governance/plans.ts';
import type { World } from './world.ts';

/** What a creation would make, with the problems that the platform finds. */
export function planOf(
  world: World,
  { kind, name, path: id, owner = 'team-identity', parameters, ci }: CreateComponent,
): CreationPlan {
  const path = world.paths.find((one) => one.id === id) ?? world.paths[0];
  if (path === undefined) throw new Error('no golden path');
  const problems: CreationPlan['problems'] = [];
  const parsed = ComponentName.safeParse(name);
  if (!parsed.success)
    problems.push({
      where: 'name',
      message: name === '' ? 'a name is needed' : 'this name cannot be used',
      fix: 'Lower-case letters, digits and single dashes.',
    });
  else if (world.components.has(name))
    problems.push({ where: 'name', message: `${name} is taken`, fix: 'Choose another name.' });
  if (parameters['port'] === 80)
    problems.push({
      where: '/parameters/port',
      message: 'ports below 1024 need root',
      fix: 'Choose 8080.',
    });
  const label = parsed.success ? name : 'my-service';
  const serves = kind === 'service' || kind === 'site';
  const file = ci === 'gitlab' ? '.gitlab-ci.yml' : '.github/workflows/ci.yml';
  const extra = parameters['database'] === true ? ['src/db.js', 'migrations/001-first.sql'] : [];
  const files = [
    'README.md',
    'pltf.yaml',
    'Dockerfile',
    'CODEOWNERS',
    'catalog-info.yaml',
    file,
    'src/server.js',
    'src/health.js',
    'test/server.test.js',
    'chart/Chart.yaml',
    'chart/values.yaml',
    'chart/values.schema.json',
    'chart/templates/deployment.yaml',
    'chart/templates/service.yaml',
    'alerts/rules.yaml',
    'dashboards/overview.json',
    'docs/runbook.md',
    'docs/index.md',
    'package.json',
    ...extra,
  ];
  const url = (host: string) => (serves ? { url: `http://${host}:7080` } : {});
  const run = {
    size: typeof parameters['size'] === 'string' ? parameters['size'] : 'small',
    memoryMiB: parameters['size'] === 'large' ? 1024 : 256,
  };
  return {
    name,
    kind,
    owner,
    path: {
      id: path.id,
      title: path.title,
      version: path.version,
      maturity: path.maturity,
      support: path.support,
    },
    // What cannot be rendered has no files and runs nowhere.
    files: (problems.some(({ where }) => where !== 'name') ? [] : files)
      .map((one) => ({ path: one, bytes: 180 + one.length * 97 }))
      .toSorted((one, other) => (one.path < other.path ? -1 : 1)),
    pipeline: {
      file,
      jobs: [
        { name: 'test', runsHere: true },
        { name: 'dependency review', runsHere: false, note: 'asks GitHub; it runs there' },
        {
          name: 'image',
          runsHere: false,
          note: 'needs a container builder; SBOM and provenance come with it',
        },
      ],
    },
    placements: [
      {
        id: `${label}.preview`,
        environment: 'preview',
        ...url(`${label}.preview.localhost`),
        ...run,
        instances: '1',
        comes: 'by itself, one for each branch',
      },
      {
        id: `${label}.staging`,
        environment: 'staging',
        ...url(`${label}.staging.localhost`),
        ...run,
        instances: '1',
        comes: 'by itself, from main',
      },
      {
        id: `${label}.prod`,
        environment: 'prod',
        ...url(`${label}.localhost`),
        ...run,
        instances: '2..4',
        comes: 'by promotion',
      },
    ],
    problems,
    ...(problems.some(({ where }) => where !== 'name')
      ? {}
      : judged(world, label, kind, run.size, owner)),
  };
}

function judged(world: World, name: string, kind: string, size: string, owner: string) {
  const runs = kind === 'service' || kind === 'site' ? `run: {port: 8080, size: ${size}}\n` : '';
  const { verdicts, cost, why } = planText(
    world,
    `kind: ${kind}\nname: ${name}\ntier: 1\n${runs}`,
    owner,
  );
  return { verdicts, why, ...(cost === undefined ? {} : { cost }) };
}
