import { publishedSchema, publishedSchemaNames } from '@pltf/plan';
import type { FastifyInstance } from 'fastify';
import { docsPage, docsScript, docsStyle } from './docs-page.ts';
import { apiRoot, type DescriptionOptions, openApi } from './openapi.ts';
import { pagePolicy } from './security-headers.ts';

/** The API's description for programs, a page to read it, and the schemas that editors take; for everybody. */
export function registerDescription(app: FastifyInstance, options: DescriptionOptions): void {
  let made: { readonly json: string; readonly page: string } | undefined;
  // Made when first asked for: most servers never need it.
  const description = () => {
    if (made !== undefined) return made;
    const document = openApi(options);
    made = { json: JSON.stringify(document), page: docsPage(document, options.portalUrl) };
    return made;
  };
  const files = [
    [`${apiRoot}/openapi.json`, 'application/json', () => description().json],
    ['/api/docs', 'text/html', () => description().page],
    ['/api/docs/page.js', 'text/javascript', () => docsScript],
    ['/api/docs/page.css', 'text/css', () => docsStyle],
    ...publishedSchemaNames.map(
      (name) =>
        [
          `/schemas/${name}.json`,
          'application/schema+json',
          () => JSON.stringify(publishedSchema(name)),
        ] as const,
    ),
  ] as const;
  for (const [url, type, text] of files) {
    app.get(url, { exposeHeadRoute: true }, (_request, reply) => {
      if (type === 'text/html') void reply.header('content-security-policy', pagePolicy(text()));
      return reply
        .header('content-type', `${type}; charset=utf-8`)
        .header('cache-control', 'no-cache')
        .send(text());
    });
  }
}
