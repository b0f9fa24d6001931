import type { GoldenPathView } from '@pltf/contracts';

const support = 'Fixes within two working days; upgrades offered as merge requests.';

/** Templates with every kind of question a form must be able to ask. */
export const goldenPaths: readonly GoldenPathView[] = [
  {
    id: 'node-service',
    title: 'Node.js service',
    description: 'HTTP service with a health check, metrics, tests and graceful shutdown.',
    kind: 'service',
    version: '1.4.0',
    maturity: 'supported',
    support,
    owner: 'platform',
    parameters: [
      {
        title: 'How it runs',
        required: ['name', 'port'],
        properties: {
          name: { type: 'string', 'ui:field': 'EntityNamePicker' },
          port: {
            type: 'integer',
            title: 'Port',
            default: 8080,
            minimum: 1,
            maximum: 65535,
            description: 'Handed to the program as PORT too.',
          },
          health: {
            type: 'string',
            title: 'Health check',
            default: '/healthz',
            pattern: '^/[^\\s]*$',
            'ui:help': 'a path that starts with /',
          },
          size: {
            type: 'string',
            title: 'Size',
            enum: ['small', 'medium', 'large'],
            enumNames: ['Small, 256 MiB', 'Medium, 512 MiB', 'Large, 1 GiB'],
            default: 'small',
          },
        },
      },
      {
        title: 'What it needs',
        description: 'Bound by name; addresses and passwords reach it as variables.',
        properties: {
          database: {
            type: 'boolean',
            title: 'A PostgreSQL database',
            default: false,
            description: 'Bound as DB_URL.',
          },
          features: {
            type: 'array',
            title: 'Ready-made parts',
            uniqueItems: true,
            items: { type: 'string', enum: ['openapi', 'graphql', 'queue', 'cache'] },
          },
        },
        dependencies: {
          database: {
            oneOf: [
              { properties: { database: { const: false } } },
              {
                properties: {
                  database: { const: true },
                  plan: {
                    type: 'string',
                    title: 'Database size',
                    enum: ['small', 'large'],
                    default: 'small',
                    'ui:widget': 'radio',
                  },
                  migrations: {
                    type: 'string',
                    title: 'Migration command',
                    'ui:placeholder': 'node migrate.js',
                    maxLength: 200,
                  },
                },
                required: ['plan'],
              },
            ],
          },
        },
      },
    ],
  },
  {
    id: 'python-service',
    title: 'Python service',
    description: 'Standard library only: starts in a blink, nothing to install.',
    kind: 'service',
    version: '1.2.1',
    maturity: 'supported',
    support,
    owner: 'platform',
    parameters: [
      {
        title: 'How it runs',
        properties: {
          greeting: { type: 'string', title: 'Greeting', default: 'Hello', maxLength: 60 },
        },
      },
    ],
  },
  {
    id: 'worker',
    title: 'Worker',
    description: 'Runs beside the request path: takes work from a queue, one piece at a time.',
    kind: 'worker',
    version: '1.0.3',
    maturity: 'supported',
    support,
    owner: 'platform',
    parameters: [
      {
        title: 'Its work',
        required: ['queue'],
        properties: {
          queue: {
            type: 'string',
            title: 'Queue',
            minLength: 2,
            maxLength: 40,
            'ui:placeholder': 'orders',
          },
          environment: {
            type: 'array',
            title: 'Variables',
            maxItems: 5,
            items: {
              type: 'object',
              required: ['key'],
              properties: {
                key: { type: 'string', title: 'Name' },
                value: { type: 'string', title: 'Value' },
              },
            },
          },
        },
      },
    ],
  },
  {
    id: 'site',
    title: 'Static site',
    description: 'Pages from a folder, with caching headers and a 404 page.',
    kind: 'site',
    version: '0.3.0',
    maturity: 'experimental',
    support: 'Best effort: it may change without an upgrade path.',
    owner: 'team-web',
    parameters: [
      {
        title: 'Pages',
        properties: { folder: { type: 'string', title: 'Folder', default: 'public' } },
      },
    ],
  },
];
