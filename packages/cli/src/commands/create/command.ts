import { define, type Option } from '../../definition.ts';

/** What a creation may be told. */
export const creationOptions = {
  path: {
    type: 'text',
    value: 'PATH',
    summary: "Golden path, like node-service@1; the kind's default one unless given",
  },
  owner: { type: 'text', value: 'TEAM', summary: 'Team it belongs to; yours unless given' },
  description: { type: 'text', value: 'TEXT', summary: 'What it is, in one sentence' },
  ci: {
    type: 'text',
    value: 'HOST',
    summary: 'Whose pipeline file to write; github unless given',
    choices: ['github', 'gitlab'],
  },
  param: {
    type: 'texts',
    value: 'KEY=VALUE',
    summary: 'A parameter of the golden path; `pltf list paths` shows them',
  },
  plan: { type: 'flag', summary: 'Only show what it would make; exit code 2' },
} as const satisfies Readonly<Record<string, Option>>;

/** The words of a name. */
export const words = {
  summary: 'Its name; several words are joined: users api is users-api',
  many: true,
} as const;

const details =
  'Makes repository, files and pipeline from a golden path and runs it as a review app. A creation that fails is ' +
  'undone. Ctrl-C leaves it to the platform; `pltf attach` follows it again.';

export const createServiceCommand = define({
  path: ['create', 'service'],
  group: 'make',
  summary: 'Create a service: it answers HTTP requests',
  details,
  arguments: { name: words },
  options: creationOptions,
  examples: [
    {
      line: 'pltf create service users api',
      does: 'creates users-api and ends with the address of its review app',
    },
    {
      line: 'pltf create service users api --path python-service --owner team-identity',
      does: 'from another golden path, for a team',
    },
    {
      line: 'pltf create service users api --plan',
      does: 'shows what it would make and changes nothing',
    },
  ],
});

export const createWorkerCommand = define({
  path: ['create', 'worker'],
  group: 'make',
  summary: 'Create a worker: it runs and answers nobody',
  details,
  arguments: { name: words },
  options: creationOptions,
  examples: [{ line: 'pltf create worker mail sender', does: 'creates mail-sender' }],
});

export const createJobCommand = define({
  path: ['create', 'job'],
  group: 'make',
  summary: 'Create a job: it runs to its end, on a schedule',
  details,
  arguments: { name: words },
  options: creationOptions,
  examples: [{ line: 'pltf create job nightly report', does: 'creates nightly-report' }],
});

export const createSiteCommand = define({
  path: ['create', 'site'],
  group: 'make',
  summary: 'Create a site: static pages',
  details,
  arguments: { name: words },
  options: creationOptions,
  examples: [{ line: 'pltf create site handbook', does: 'creates handbook' }],
});
