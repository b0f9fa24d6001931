import { type ApiName, api, type Endpoint, errorKinds } from '@pltf/contracts';
import { collectShapes, type Json, type Shapes } from './openapi-shapes.ts';

export interface DescriptionOptions {
  readonly version: string;
  readonly portalUrl: string;
}

export interface Operation {
  readonly operationId: ApiName;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly security?: readonly Json[];
  readonly parameters: readonly Json[];
  readonly requestBody?: Json;
  readonly responses: Json;
}

export interface OpenApi {
  readonly openapi: string;
  readonly info: Json;
  readonly servers: readonly Json[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly security: readonly Json[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> } & Json;
}

/** The API's root; every path of the table is below it. */
export const apiRoot = '/api/v1';

const tagTexts: Readonly<Record<string, string>> = {
  identity: 'People, teams, sessions, tokens and the audit trail',
  catalog: 'Components, golden paths and long operations',
  delivery: 'Releases, pipeline runs, promotion and previews',
  runtime: 'Placements, rollouts, tasks and logs',
  events: 'What happens, and whether all is well',
};

/** The public API as an OpenAPI 3.1 document, made from the table of endpoints and nothing else. */
export function openApi(options: DescriptionOptions): OpenApi {
  const shapes = collectShapes();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const name of Object.keys(api) as ApiName[]) {
    const endpoint: Endpoint = api[name];
    const path = `${apiRoot}${endpoint.path.replace(/:([A-Za-z]+)/g, '{$1}')}`;
    (paths[path] ??= {})[endpoint.method.toLowerCase()] = operation(name, endpoint, shapes);
  }
  const tags = [...new Set((Object.values(api) as readonly Endpoint[]).map(({ tag }) => tag))];
  return {
    openapi: '3.1.1',
    info: {
      title: 'pltf',
      version: options.version,
      summary: 'Everything that the command line and the portal do, and nothing else.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: options.portalUrl }],
    tags: tags.map((name) => ({ name, description: tagTexts[name] ?? name })),
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas: { ...shapes.components, Problem: problemSchema },
      responses: { Problem: problemResponse },
      securitySchemes: securitySchemes(options.portalUrl),
    },
  };
}

function operation(name: ApiName, endpoint: Endpoint, shapes: Shapes): Operation {
  const { summary, action, tag, method } = endpoint;
  const body = shapes.body(name);
  return {
    operationId: name,
    tags: [tag],
    summary,
    description: `${needOf(action)}${endpoint.stream === undefined ? '' : streamText(endpoint.stream)}`,
    ...(action === 'public' ? { security: [] } : {}),
    parameters: [
      ...shapes
        .parameters(name, 'params')
        .map((parameter) => ({ in: 'path', ...parameter, required: true })),
      ...shapes.parameters(name, 'query').map((parameter) => ({ in: 'query', ...parameter })),
      ...(method === 'GET' ? [] : [idempotencyKey]),
      ...(endpoint.stream === 'sse' ? [lastEventId] : []),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      ...successOf(endpoint, shapes.answer(name)),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function successOf({ status = 200, stream }: Endpoint, schema: Json): Json {
  if (status === 204) return { '204': { description: 'Done; there is nothing to say' } };
  const type =
    stream === undefined
      ? 'application/json'
      : stream === 'sse'
        ? 'text/event-stream'
        : 'application/x-ndjson';
  const description =
    status === 202 ? 'Accepted: it goes on' : status === 201 ? 'Made' : 'The answer';
  // OpenAPI 3.1 describes one item of a sequence as its content.
  return { [String(status)]: { description, content: { [type]: { schema } } } };
}

const needOf = (action: Endpoint['action']): string =>
  action === 'public'
    ? 'Needs nobody to be signed in.'
    : action === 'signed-in'
      ? 'Needs somebody who is signed in.'
      : `Needs \`${action}\`.`;

const streamText = (stream: 'ndjson' | 'sse'): string =>
  stream === 'sse'
    ? ' Answers with server-sent events, one per item.'
    : ' Answers with one JSON document per line.';

const idempotencyKey: Json = {
  in: 'header',
  name: 'Idempotency-Key',
  required: false,
  description:
    'Sent again with the same key, the same request is carried out once and answered the same; kept for a day.',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
};

const lastEventId: Json = {
  in: 'header',
  name: 'Last-Event-ID',
  required: false,
  description: 'The `seq` of the last event that was received; those after it follow.',
  schema: { type: 'integer' },
};

const problemSchema: Json = {
  type: 'object',
  description: 'RFC 9457. What each code means and what to do about it is in docs/errors.md.',
  required: ['type', 'title', 'status', 'code', 'detail', 'fix', 'errors'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(errorKinds) },
    detail: { type: 'string', description: 'What happened here' },
    fix: { type: 'string', description: 'What to do next' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['where', 'message'],
        properties: {
          where: { type: 'string' },
          message: { type: 'string' },
          fix: { type: 'string' },
        },
      },
    },
    requestId: { type: 'string' },
  },
};

const problemResponse: Json = {
  description: 'What is wrong, where, and what to do about it',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const securitySchemes = (portalUrl: string): Json => ({
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'A personal or machine token: `pltf token create`.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: portalUrl.startsWith('https:') ? '__Host-pltf_session' : 'pltf_session',
    description:
      'Set by signing in. Changes also need the header `x-pltf-portal: 1` and the same origin.',
  },
});
