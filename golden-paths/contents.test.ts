import {
  convertWorkflowTemplate,
  NoOperationTraceWriter,
  parseWorkflow,
} from '@actions/workflow-parser';
import {
  builtinPlatform,
  type JsonObject,
  listGoldenPaths,
  parseThinFile,
  resolveSpec,
  type TemplateResult,
  tierDefaults,
  unsupportedActions,
} from '@pltf/plan';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { checkValues, goldenPathNamed, readGoldenPaths, render, textIn } from './rendering.ts';

const ids = ['job', 'node-service', 'python-service', 'site', 'worker'] as const;
const pathsOf = (result: TemplateResult): string[] => [...result.workspace.keys()].sort();

describe('the golden paths', () => {
  it('are five, labelled and versioned, each with a promise and a default for everything but the name', async () => {
    const { paths, problems } = listGoldenPaths(await readGoldenPaths());

    expect(problems).toEqual([]);
    expect(
      paths.map(({ id, folder, version, maturity, kind }) => ({
        id,
        folder,
        version,
        maturity,
        kind,
      })),
    ).toEqual([
      { id: 'job', folder: 'job', version: '1.0.0', maturity: 'supported', kind: 'job' },
      {
        id: 'node-service',
        folder: 'node-service',
        version: '1.0.0',
        maturity: 'supported',
        kind: 'service',
      },
      {
        id: 'python-service',
        folder: 'python-service',
        version: '1.0.0',
        maturity: 'supported',
        kind: 'service',
      },
      { id: 'site', folder: 'site', version: '1.0.0', maturity: 'supported', kind: 'site' },
      {
        id: 'worker',
        folder: 'worker',
        version: '0.1.0',
        maturity: 'experimental',
        kind: 'worker',
      },
    ]);
    for (const path of paths) {
      expect(path.support).toMatch(/^.{40,}$/);
      expect(
        path.fields.filter((field) => field.default === undefined).map(({ name }) => name),
      ).toEqual(['name']);
      expect(unsupportedActions(path.template)).toEqual(['publish:pltf', 'catalog:register']);
    }
  });

  it('need nothing but a name, and link to what they made', async () => {
    const { parameters, output, log } = await render('node-service');

    expect(parameters).toEqual({
      name: 'users-api',
      owner: 'everyone',
      description: '',
      tier: 3,
      port: 8080,
      ci: 'github',
    });
    expect(output).toEqual({
      links: [
        { title: 'Repository', url: 'http://localhost:7070/git/users-api.git' },
        { title: 'In the catalogue', icon: 'catalog', entityRef: 'component:default/users-api' },
      ],
    });
    expect(log).toEqual([]);
  });
});

describe.each(ids)('%s', (id) => {
  let github: TemplateResult;
  let gitlab: TemplateResult;

  beforeAll(async () => {
    github = await render(id);
    gitlab = await render(id, {
      name: 'users-api',
      ci: 'gitlab',
      tier: 1,
      owner: 'team-identity',
      description: 'Knows users.',
    });
  });

  it('makes these files', () => {
    const only = pathsOf(gitlab).filter((path) => !github.workspace.has(path));
    const missing = pathsOf(github).filter((path) => !gitlab.workspace.has(path));

    expect(pathsOf(github)).toMatchSnapshot();
    expect({ only, missing }).toEqual({
      only: ['.gitlab-ci.yml'],
      missing: ['.github/dependabot.yml', '.github/workflows/ci.yml'],
    });
  });

  it('leaves no template tag behind, ends every text with a new line, and has no empty lines at an end', () => {
    for (const result of [github, gitlab]) {
      for (const path of pathsOf(result)) {
        const text = textIn(result, path);
        expect([path, /\{%|\$\{\{\s*values|\[object Object\]/.exec(text)?.[0]]).toEqual([
          path,
          undefined,
        ]);
        expect([path, text === '' || /[^\n]\n$/.test(text)]).toEqual([path, true]);
        expect([path, /.*[ \t]+\n/.exec(text)?.[0]]).toEqual([path, undefined]);
      }
    }
  });

  it('writes YAML and JSON that can be read', () => {
    for (const result of [github, gitlab]) {
      for (const path of pathsOf(result)) {
        if (path.endsWith('.json'))
          expect(() => JSON.parse(textIn(result, path)) as unknown).not.toThrow();
        if (!/\.ya?ml$/.test(path) || path.startsWith('chart/templates/')) continue;
        expect(parseAllDocuments(textIn(result, path)).flatMap(({ errors }) => errors)).toEqual([]);
      }
    }
  });

  it('writes a thin file that the platform accepts', () => {
    const parsed = parseThinFile(textIn(gitlab, 'pltf.yaml'));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const resolved = resolveSpec(parsed.file, builtinPlatform);
    if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));

    expect(resolved.spec).toMatchObject({
      name: 'users-api',
      owner: 'team-identity',
      tier: 1,
      description: 'Knows users.',
      kind: id.endsWith('service') ? 'service' : id,
    });
    expect(resolved.spec.schedule).toBe(id === 'job' ? '0 3 * * *' : undefined);
    expect(resolved.spec.path).toBe(`${id}@${id === 'worker' ? '0.1.0' : '1.0.0'}`);
  });

  it('remembers the version and the answers it was made from, so that it can be made again', async () => {
    const { version } = goldenPathNamed(await readGoldenPaths(), id);
    const origin = JSON.parse(textIn(gitlab, '.golden-path.json')) as { parameters: JsonObject };

    const again = await render(id, origin.parameters);

    expect(origin).toEqual({ path: id, version, parameters: gitlab.parameters });
    expect([...again.workspace]).toEqual([...gitlab.workspace]);
  });

  it('writes a workflow that GitHub’s own parser accepts', async () => {
    const trace = new NoOperationTraceWriter();
    const { context, value } = parseWorkflow(
      { name: 'ci.yml', content: textIn(github, '.github/workflows/ci.yml') },
      trace,
    );

    expect(context.errors.getErrors()).toEqual([]);
    const workflow = await convertWorkflowTemplate(context, value!);
    expect(workflow.errors).toBeUndefined();
    expect(workflow.jobs.map((job) => job.id.value)).toEqual([
      'test',
      'dependency-review',
      'sbom',
      'image',
    ]);
  });

  it('keeps the expressions of GitHub, small permissions, and a tiny test job', () => {
    const text = textIn(github, '.github/workflows/ci.yml');
    const workflow = parse(text) as {
      permissions: unknown;
      jobs: Record<
        string,
        {
          'timeout-minutes': number;
          permissions?: Record<string, string>;
          steps: { uses?: string; run?: string }[];
        }
      >;
    };

    for (const expression of [
      '${{ github.ref }}',
      '${{ secrets.GITHUB_TOKEN }}',
      '${{ steps.build.outputs.digest }}',
      "${{ github.ref != 'refs/heads/main' }}",
    ]) {
      expect(text).toContain(expression);
    }
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(workflow.jobs['test']?.steps).toHaveLength(3);
    for (const [name, job] of Object.entries(workflow.jobs)) {
      expect(job['timeout-minutes']).toBeLessThanOrEqual(20);
      if (name !== 'image') expect(Object.values(job.permissions ?? {})).not.toContain('write');
      for (const { uses } of job.steps) if (uses !== undefined) expect(uses).toMatch(/@v\d+$/);
    }
  });

  it('builds its image from exact versions, as an ordinary user, in stages', () => {
    const dockerfile = textIn(github, 'Dockerfile');
    const bases = [...dockerfile.matchAll(/^FROM (\S+:\S+)/gm)].map((match) => match[1]);

    expect(bases.length).toBeGreaterThan(0);
    for (const base of bases) expect(base).toMatch(/:\d+\.\d+\.\d+-[a-z0-9.-]+$/);
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(dockerfile.match(/^FROM /gm)?.length).toBeGreaterThanOrEqual(2);
  });

  it('has a runbook section for every alert, and every link in the documentation leads somewhere', () => {
    const rules = parse(textIn(github, 'alerts/rules.yaml')) as {
      groups: {
        rules: {
          alert?: string;
          annotations?: Record<string, string>;
          labels?: Record<string, string>;
        }[];
      }[];
    };
    const runbook = textIn(github, 'docs/runbook.md');
    const anchors = [...runbook.matchAll(/^## (.+)$/gm)].map(
      (match) => `docs/runbook.md#${(match[1] ?? '').toLowerCase().replaceAll(' ', '-')}`,
    );
    const alerts = rules.groups
      .flatMap((group) => group.rules)
      .filter(({ alert }) => alert !== undefined);

    expect(alerts.length).toBeGreaterThanOrEqual(2);
    for (const { annotations, labels } of alerts) {
      expect(anchors).toContain(annotations?.['runbook_url']);
      expect(labels).toMatchObject({ service: 'users-api', owner: 'everyone' });
      expect(labels?.['severity']).toBe(tierDefaults(3).alerts);
    }
    for (const page of ['README.md', 'docs/index.md', 'docs/runbook.md']) {
      for (const [, link = ''] of textIn(github, page).matchAll(/\]\(([^)#:]+)\)/g)) {
        expect(
          github.workspace.has(page.startsWith('docs/') ? `docs/${link}` : link),
          `${page}: ${link}`,
        ).toBe(true);
      }
    }
  });

  it('has a dashboard whose panels have unique places and queries', () => {
    const dashboard = JSON.parse(textIn(github, 'dashboards/service.json')) as {
      uid: string;
      panels: { id: number; gridPos: object; targets: { expr: string }[] }[];
    };

    expect(dashboard.uid.length).toBeLessThanOrEqual(40);
    expect(new Set(dashboard.panels.map(({ gridPos }) => JSON.stringify(gridPos))).size).toBe(
      dashboard.panels.length,
    );
    expect(new Set(dashboard.panels.map((panel) => panel.id)).size).toBe(dashboard.panels.length);
    for (const { targets } of dashboard.panels)
      for (const { expr } of targets) expect(expr).toContain('users-api');
  });

  it('has a chart whose values fit their schema, and whose templates use values that exist', () => {
    for (const result of [github, gitlab]) {
      const values = parse(textIn(result, 'chart/values.yaml')) as JsonObject;
      const schema = JSON.parse(textIn(result, 'chart/values.schema.json')) as JsonObject;
      const templates = pathsOf(result).filter((path) => path.startsWith('chart/templates/'));

      expect(() => checkValues(schema, values)).not.toThrow();
      expect(() => checkValues(schema, { ...values, replicaz: 3 })).toThrow('replicaz');
      for (const path of templates) {
        const text = textIn(result, path);
        expect(text.match(/\{\{/g)?.length).toBe(text.match(/\}\}/g)?.length);
        for (const [, used = ''] of text.matchAll(/\.Values((?:\.\w+)+)/g)) {
          expect(propertyAt(schema, used.slice(1).split('.')), `${path}: ${used}`).toBeDefined();
        }
        for (const [, name = ''] of text.matchAll(/include "([^"]+)"/g)) {
          const defining = templates.filter((one) =>
            textIn(result, one).includes(`define "${name}"`),
          );
          expect(defining, name).toHaveLength(1);
        }
      }
    }
  });

  it('demands of the cluster what guardrails ask for', () => {
    const templates = pathsOf(github)
      .filter((path) => path.startsWith('chart/templates/'))
      .map((path) => textIn(github, path))
      .join('');

    for (const demand of [
      'runAsNonRoot: true',
      'readOnlyRootFilesystem: true',
      'allowPrivilegeEscalation: false',
      'drop: [ALL]',
      'type: RuntimeDefault',
      'automountServiceAccountToken: false',
      ...(id === 'job' ? ['concurrencyPolicy: Forbid'] : ['startupProbe', 'livenessProbe']),
    ]) {
      expect(templates).toContain(demand);
    }
  });
});

describe('job', () => {
  it('runs when asked only, if that is what was answered, and at no times that are none', async () => {
    const asked = await render('job', { name: 'report', schedule: '' });
    const nightly = await render('job', { name: 'report', schedule: '30 2 * * MON-FRI' });

    expect(textIn(asked, 'pltf.yaml')).not.toContain('schedule');
    expect(textIn(asked, 'docs/index.md')).toContain('It runs when somebody asks');
    expect(parse(textIn(asked, 'chart/values.yaml'))).toMatchObject({ schedule: '' });
    expect(parse(textIn(nightly, 'pltf.yaml'))).toMatchObject({ schedule: '30 2 * * MON-FRI' });
    for (const schedule of ['daily', '* * * *', '* * * * * *', '0 3 * * *\n', '0 3 * * "'])
      await expect(render('job', { name: 'report', schedule })).rejects.toThrow();
  });
});

function propertyAt(schema: JsonObject, path: readonly string[]): unknown {
  let current: unknown = schema;
  for (const part of path)
    current = (current as { properties?: Record<string, unknown> } | undefined)?.properties?.[part];
  return current;
}
