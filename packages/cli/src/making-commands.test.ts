import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationView } from '@pltf/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CliCall, Home } from './testing/call-cli.ts';
import { instant } from './testing/scenario.ts';
import { startTestPlatform, type TestPlatform, testToken } from './testing/test-platform.ts';

let platform: TestPlatform;
let home: Home;

beforeEach(async () => {
  platform = await startTestPlatform();
  home = new Home({ PLTF_URL: platform.url, PLTF_TOKEN: testToken });
});
afterEach(async () => {
  await platform[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

const pltf = (text: string, call?: CliCall) => home.pltf(text.split(' '), call);

describe('a creation', () => {
  test('shows its steps and ends with addresses and what to try next', async () => {
    const { code, out, err } = await pltf(
      'create service mail gateway --owner everyone --param port=8080 --param greeting=hi',
    );

    expect(code).toBe(0);
    expect(err).toMatch(/done Repository.*\(0\.50 s\)\ndone Pipeline.*\ndone Review app/);
    expect(out).toContain('mail-gateway is there');
    expect(out).toMatch(/Review app {2}http:\/\/mail-gateway\.preview\.localhost:7080/);
    expect(out).toMatch(/Clone +http:\/\/127\.0\.0\.1:7070\/git\/mail-gateway\.git/);
    expect(out).toMatch(/Page +http:\/\/127\.0\.0\.1:7070\/components\/mail-gateway/);
    expect(out).toContain('What to try next');
    expect(platform.requests.find(({ name }) => name === 'createComponent')?.body).toEqual({
      kind: 'service',
      ci: 'github',
      name: 'mail-gateway',
      owner: 'everyone',
      parameters: { port: 8080, greeting: 'hi' },
    });
  });

  test('of a name that is taken exits 1 with the remedy', async () => {
    const { code, err } = await pltf('create service users api');

    expect(code).toBe(1);
    expect(err).toContain('users-api exists and belongs to everyone');
    expect(err).toContain('→ Choose another name');
  });

  test.each([['Üsers'], ['../x'], ['platform'], ['a'.repeat(41)], ['x'.repeat(10_000)]])(
    'of the name %.20s is refused before anything is asked',
    async (name) => {
      const { code, err } = await home.pltf(['create', 'service', name]);

      expect(code).toBe(1);
      expect(err).toContain('name-invalid');
      expect(err.length).toBeLessThan(600);
      expect(platform.requests).toEqual([]);
    },
  );

  test('that was undone says why, what to do, and prints the receipt', async () => {
    platform.handlers.getOperation = ({ params }) => ({
      ...(platform.operations.get(params.id) as OperationView),
      state: 'undone',
      steps: [{ id: 'files', title: 'Files', state: 'failed', detail: 'line 3: no such filter' }],
      problem: {
        code: 'template-invalid',
        detail: 'the template could not be rendered',
        fix: 'Mend line 3.',
      },
      receipt: [{ what: 'catalogue entry mail', outcome: 'undone' }],
      finishedAt: instant(1),
    });

    const { code, err } = await pltf('create service mail');

    expect(code).toBe(1);
    expect(err).toContain('failed Files: line 3: no such filter');
    expect(err).toContain('undone  catalogue entry mail');
    expect(err).toContain('→ Mend line 3.');
  });

  test('that is interrupted goes on, and says how to follow it again', async () => {
    platform.held = true;
    const interruption = new AbortController();
    const pending = pltf('create service mail', { interrupted: interruption.signal });
    while (platform.operations.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));

    interruption.abort();

    const { code, err } = await pending;
    expect(code).toBe(130);
    const [id] = platform.operations.keys();
    expect(err).toContain(`\`pltf attach ${id}\` follows it again`);
    platform.held = false;
    const attached = await pltf(`attach ${id}`);
    expect(attached.code).toBe(0);
    expect(attached.out).toContain('mail is there');
  });

  test('is followed across a restart of the platform', async () => {
    platform.held = true;
    const pending = pltf('create service mail');
    while (!platform.requests.some(({ name }) => name === 'getOperation')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }

    await platform.stop();
    await new Promise((resolve) => setTimeout(resolve, 700));
    platform.held = false;
    await platform.start();

    const { code, err } = await pending;
    expect(code).toBe(0);
    expect(err).toContain('The platform does not answer; waiting for it …\nIt answers again.');
  });

  test('is planned without being made', async () => {
    const { code, out } = await pltf('plan create service mail');

    expect(code).toBe(2);
    expect(out).toContain('nothing is changed by asking');
    expect(out).toContain('http://mail.preview.localhost:7080');
    expect(platform.operations.size).toBe(0);
  });

  test('that would be refused has a plan that exits 1 with every problem', async () => {
    platform.handlers.planComponent = () => ({
      name: 'mail',
      kind: 'service',
      path: {
        id: 'node-service',
        title: 'Node',
        version: '1.0.0',
        maturity: 'supported',
        support: '',
      },
      owner: 'everyone',
      files: [],
      pipeline: { jobs: [] },
      placements: [],
      problems: [
        { where: 'name', message: 'mail is taken', fix: 'Choose another name.' },
        { where: 'parameters.port', message: 'must be a number' },
      ],
    });

    const { code, err } = await pltf('create service mail --plan');

    expect(code).toBe(1);
    expect(err).toContain('at name: mail is taken');
    expect(err).toContain('at parameters.port: must be a number');
  });
});

describe('a deletion', () => {
  test('says what will go, wants the name, follows to the end and prints the receipt', async () => {
    const { code, out, err } = await pltf('delete users-api --why retired', {
      typed: ['users-api'],
    });

    expect(code).toBe(0);
    expect(err).toContain('users-api.prod: 1 instance, http://users-api.prod.localhost:7080');
    expect(err).toContain('repository http://127.0.0.1:7070/git/users-api.git');
    expect(err).toContain('Type users-api to delete it: ');
    expect(out).toContain('gone    repository users-api');
    expect(out).toContain('users-api is gone, in 3.00 s.');
    expect(platform.requests.find(({ name }) => name === 'deleteComponent')?.url).toContain(
      'confirm=users-api&why=retired',
    );
  });

  test('that nobody can prove says so, and does not call it gone', async () => {
    platform.receipt = [{ what: 'placement users-api.prod: removed …', outcome: 'unknown' }];

    const { code, out } = await pltf('delete users-api', { typed: ['users-api'] });

    expect(code).toBe(0);
    expect(out).toContain('unknown  placement users-api.prod: removed …');
    expect(out).toContain('whether its clusters have let go of it, nobody reports');
    expect(out).not.toContain('is gone');
  });

  test.each([['users'], ['']])('does nothing when %j is typed instead', async (typed) => {
    const { code, err } = await pltf('delete users-api', { typed: [typed] });

    expect(code).toBe(1);
    expect(err).toContain('Nothing was changed.');
    expect(platform.components.has('users-api')).toBe(true);
  });

  test('does nothing when the person leaves', async () => {
    expect((await pltf('delete users-api', { typed: [undefined] })).code).toBe(1);
    expect(platform.operations.size).toBe(0);
  });

  test('refuses where nobody can be asked, unless --yes was said', async () => {
    const refused = await pltf('delete users-api');

    expect(refused.code).toBe(64);
    expect(refused.err).toContain('`pltf delete users-api --yes` deletes it without asking.');
    expect(platform.components.has('users-api')).toBe(true);
    expect((await pltf('delete users-api --yes')).code).toBe(0);
    expect(platform.components.has('users-api')).toBe(false);
  });
});

describe('a thin file', () => {
  const check = async (text: string) => {
    writeFileSync(join(home.directory, 'pltf.yaml'), text);
    return pltf('check');
  };

  test('is checked here, without a platform', async () => {
    const { code, out } = await check(
      'kind: service\nname: promoapi\nenv: prod\npolicy: pii=false\n',
    );

    expect({ code, out }).toEqual({ code: 0, out: '✔ pltf.yaml: service promoapi\n' });
    expect(platform.requests).toEqual([]);
  });

  test('with problems gets all of them, with places and remedies', async () => {
    const { code, out } = await check('kind: service\nname: Promo\nonwer: team-identity\n');

    expect(code).toBe(1);
    expect(out).toMatch(/pltf\.yaml:2:\d+ {2}error/);
    expect(out).toMatch(/pltf\.yaml:3:1 {2}error[^]*onwer/);
    expect(out).toContain('owner');
  });

  test('that is not there is told from one that is wrong', async () => {
    const { code, err } = await pltf('check nowhere.yaml');

    expect(code).toBe(1);
    expect(err).toContain('nowhere.yaml cannot be read');
  });

  test('has a JSON Schema', async () => {
    const { out } = await pltf('schema');

    expect(JSON.parse(out)).toMatchObject({
      type: 'object',
      required: ['kind', 'name'],
      additionalProperties: false,
    });
  });
});
