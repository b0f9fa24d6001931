import type { OpenApi, Operation } from './openapi.ts';
import type { Json } from './openapi-shapes.ts';

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Backquotes as code, the rest escaped. */
const prose = (text: string): string => escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');

/** The API as one page: complete without scripts; with them one can search it. */
export function docsPage(document: OpenApi, portalUrl: string): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  );
  const sections = document.tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    const items = own.map((entry) => operationSection(entry, document, portalUrl)).join('\n');
    return `<section><h2 id="${escape(name)}">${escape(description)}</h2>\n${items}</section>`;
  });
  const shapes = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details class="item" id="shape-${escape(name)}"><summary><code>${escape(name)}</code></summary>${shape(schema)}</details>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API of pltf</title>
<link rel="stylesheet" href="/api/docs/page.css">
<script src="/api/docs/page.js" defer></script>
</head>
<body>
<header>
<h1>API of pltf</h1>
<p>${escape(String(document.info['summary']))} The same for programs: <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.</p>
<p>Send a token as <code>Authorization: Bearer pltf_pat_…</code>; <code>pltf token create</code> makes one. Whatever goes
wrong is answered as a <a href="#shape-Problem">problem</a> with its remedy. Changes take an <code>Idempotency-Key</code>.</p>
<label for="search">Search <input id="search" type="search" autocomplete="off" hidden></label>
<p id="found" role="status"></p>
</header>
<main>
${sections.join('\n')}
<section><h2 id="shapes">Shapes</h2>
${shapes.join('\n')}
</section>
</main>
</body>
</html>
`;
}

interface Entry {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function operationSection(
  { path, method, operation }: Entry,
  document: OpenApi,
  portalUrl: string,
): string {
  const { operationId, summary, description } = operation;
  return `<details class="item" id="${escape(operationId)}">
<summary><span class="method ${method.toLowerCase()}">${method}</span> <code>${escape(path)}</code> <span>${prose(summary)}</span></summary>
<p>${prose(description)} Called <code>${escape(operationId)}</code> in clients.</p>
${parameterTable(operation.parameters)}
${bodyText(operation)}
<h4>Answer</h4>${answerText(operation)}
<h4>Example</h4><pre><code>${escape(curl({ path, method, operation }, document, portalUrl))}</code></pre>
</details>`;
}

function parameterTable(parameters: readonly Json[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map((parameter) => {
    const needed = parameter['required'] === true ? 'required' : 'optional';
    const note =
      typeof parameter['description'] === 'string' ? prose(parameter['description']) : '';
    return `<tr><td><code>${escape(String(parameter['name']))}</code></td><td>${escape(String(parameter['in']))}, ${needed}</td><td>${typeText(parameter['schema'] as Json)} ${note}</td></tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}

function bodyText({ requestBody }: Operation): string {
  const schema = schemaOf(requestBody);
  return schema === undefined ? '' : `<h4>Body</h4>${shape(schema)}`;
}

function answerText({ responses }: Operation): string {
  const [status, response] = Object.entries(responses)[0] ?? ['', {}];
  const schema = schemaOf(response as Json);
  return `<p>${escape(status)}</p>${schema === undefined ? '' : shape(schema)}`;
}

function schemaOf(holder: Json | undefined): Json | undefined {
  const [content] = Object.values(
    (holder?.['content'] ?? {}) as Record<string, { readonly schema?: Json }>,
  );
  return content?.schema;
}

/** Fields as a table, anything else as its type. */
function shape(schema: Json): string {
  const properties = schema['properties'] as Record<string, Json> | undefined;
  if (properties === undefined) return `<p>${typeText(schema)}</p>`;
  const required = new Set((schema['required'] ?? []) as string[]);
  const rows = Object.entries(properties).map(
    ([name, inner]) =>
      `<tr><td><code>${escape(name)}</code></td><td>${required.has(name) ? 'always' : 'optional'}</td><td>${typeText(inner)}</td></tr>`,
  );
  return rows.length === 0 ? '<p>an empty object</p>' : `<table>${rows.join('')}</table>`;
}

function typeText(schema: Json): string {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.split('/').at(-1) ?? '';
    return `<a href="#shape-${escape(name)}"><code>${escape(name)}</code></a>`;
  }
  if (schema['const'] !== undefined)
    return `<code>${escape(JSON.stringify(schema['const']))}</code>`;
  if (Array.isArray(schema['enum']))
    return schema['enum'].map((value) => `<code>${escape(String(value))}</code>`).join(' · ');
  const choices = (schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf']) as Json[] | undefined;
  if (choices !== undefined) return choices.map(typeText).join(' or ');
  if (schema['type'] === 'array') return `list of ${typeText((schema['items'] ?? {}) as Json)}`;
  if (schema['properties'] !== undefined) return shape(schema);
  const type = typeof schema['type'] === 'string' ? schema['type'] : 'anything';
  return `${escape(type)}${limits(schema)}`;
}

function limits(schema: Json): string {
  const words = {
    minimum: 'from',
    maximum: 'to',
    minLength: 'at least',
    maxLength: 'at most',
    format: 'as',
    default: 'else',
  };
  const found = Object.entries(words).flatMap(([key, word]) =>
    schema[key] === undefined
      ? []
      : [`${word} ${escape(JSON.stringify(schema[key]).replace(/^"|"$/g, ''))}`],
  );
  return found.length === 0 ? '' : ` <small>${found.join(', ')}</small>`;
}

function curl({ path, method, operation }: Entry, document: OpenApi, portalUrl: string): string {
  const body = schemaOf(operation.requestBody);
  const query = operation.parameters.filter(
    ({ in: place, required }) => place === 'query' && required === true,
  );
  const search = query
    .map(({ name, schema }) => `${String(name)}=${String(example(schema as Json, document, 0))}`)
    .join('&');
  const lines = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}'${portalUrl}${path}${search === '' ? '' : `?${search}`}'`,
  ];
  if (operation.security?.length !== 0) lines.push(`  -H "Authorization: Bearer $PLTF_TOKEN"`);
  if (body !== undefined) {
    lines.push(
      `  -H 'Content-Type: application/json'`,
      `  -d '${JSON.stringify(example(body, document, 0))}'`,
    );
  }
  return lines.join(' \\\n');
}

const deepestExample = 4;

/** The least that would be accepted in form. */
function example(schema: Json, document: OpenApi, depth: number): unknown {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const found = document.components.schemas[reference.split('/').at(-1) ?? ''];
    return found === undefined || depth > deepestExample
      ? '…'
      : example(found, document, depth + 1);
  }
  if (schema['default'] !== undefined) return schema['default'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  const [choice] = (schema['anyOf'] ?? schema['oneOf'] ?? []) as Json[];
  if (choice !== undefined) return example(choice, document, depth + 1);
  if (schema['type'] === 'array')
    return [example((schema['items'] ?? {}) as Json, document, depth + 1)];
  if (schema['type'] === 'object') {
    const properties = (schema['properties'] ?? {}) as Record<string, Json>;
    const required = (schema['required'] ?? []) as string[];
    return Object.fromEntries(
      required.map((name) => [name, example(properties[name] ?? {}, document, depth + 1)]),
    );
  }
  if (schema['type'] === 'integer' || schema['type'] === 'number') return schema['minimum'] ?? 1;
  return schema['type'] === 'boolean' ? true : 'example';
}

export const docsScript = `const search = document.getElementById('search');
const found = document.getElementById('found');
const items = [...document.querySelectorAll('.item')];
const texts = items.map((item) => item.textContent.toLowerCase());
search.hidden = false;
const show = () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  items.forEach((item, index) => {
    item.hidden = !words.every((word) => texts[index].includes(word));
    if (!item.hidden) count += 1;
  });
  for (const section of document.querySelectorAll('section')) {
    section.hidden = section.querySelector('.item:not([hidden])') === null;
  }
  found.textContent = words.length === 0 ? '' : count + (count === 1 ? ' match' : ' matches');
};
const openTarget = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
};
search.addEventListener('input', show);
addEventListener('hashchange', openTarget);
addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  }
});
openTarget();
`;

export const docsStyle = `:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { background: var(--soft); padding: 0.75rem; overflow-x: auto; border-radius: 6px; }
header input { font: inherit; padding: 0.4rem 0.6rem; width: min(24rem, 100%); }
details { border-bottom: 1px solid var(--line); padding: 0.35rem 0; }
summary { cursor: pointer; }
summary span:last-child { opacity: 0.8; }
.method { display: inline-block; min-width: 4.2rem; font: 600 0.8em ui-monospace, monospace; }
.get { color: #0b7a4b; } .post { color: #1a5fb4; } .put { color: #8a5a00; } .delete { color: #b3261e; }
@media (prefers-color-scheme: dark) { .get { color: #5fd39a; } .post { color: #8ab8ff; } .put { color: #e8b84a; } .delete { color: #ff8a80; } }
table { border-collapse: collapse; width: 100%; margin: 0.3rem 0; }
td { border-top: 1px solid var(--line); padding: 0.25rem 0.6rem 0.25rem 0; vertical-align: top; overflow-wrap: anywhere; }
`;
