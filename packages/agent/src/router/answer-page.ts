import { type ErrorCode, errorKinds, PltfError, toProblem } from '@pltf/contracts';

/** An answer that the router gives by itself. */
export interface RouterAnswer {
  readonly status: number;
  readonly code: ErrorCode;
  /** What happened here; shown to visitors as text, never as markup. */
  readonly detail: string;
  readonly fix?: string;
  readonly retryAfterSeconds?: number;
  /** The page asks again by itself. */
  readonly refresh?: boolean;
}

/** Headers and body, ready for `writeHead`. */
export interface RenderedAnswer {
  readonly headers: readonly string[];
  readonly body: string;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for HTML content and quoted attributes; control characters become a replacement character. */
export const escapeHtml = (text: string): string =>
  text
    .replace(/[\0-\x08\x0b-\x1f\x7f]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => escapes[character] as string);

/** True for browsers: they name HTML themselves; programs send no Accept or any type. */
export const wantsHtml = (accept: string | undefined): boolean =>
  accept !== undefined && accept.includes('text/html');

const style = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{max-width:34rem;padding:2rem}
p{margin:.5rem 0}
.status{font-size:.875rem;letter-spacing:.06em;text-transform:uppercase;opacity:.65}
h1{margin:.25rem 0 1rem;font-size:1.6rem;line-height:1.25}
.id{margin-top:2rem;font:.8rem ui-monospace,monospace;opacity:.65;overflow-wrap:anywhere}`;

function page(answer: RouterAnswer, requestId: string): string {
  const { title, fix } = errorKinds[answer.code];
  const again = answer.refresh === true ? '<meta http-equiv="refresh" content="2">\n' : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${again}<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="status">${answer.status}</p>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(answer.detail)}</p>
<p>${escapeHtml(answer.fix ?? fix)}</p>
<p class="id">Request ${escapeHtml(requestId)}</p>
</main>
</body>
</html>
`;
}

function problemText(answer: RouterAnswer, requestId: string): string {
  const { code, detail, fix } = answer;
  const error = new PltfError(code, fix === undefined ? { detail } : { detail, fix });
  return `${JSON.stringify({ ...toProblem(error, requestId), status: answer.status })}\n`;
}

/** A page for browsers, a problem document (RFC 9457) for programs. */
export function renderAnswer(
  answer: RouterAnswer,
  accept: string | undefined,
  requestId: string,
): RenderedAnswer {
  const html = wantsHtml(accept);
  const body = html ? page(answer, requestId) : problemText(answer, requestId);
  const headers = [
    'Content-Type',
    html ? 'text/html; charset=utf-8' : 'application/problem+json',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
    'X-Request-Id',
    requestId,
  ];
  if (html)
    headers.push(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    );
  if (answer.retryAfterSeconds !== undefined)
    headers.push('Retry-After', String(answer.retryAfterSeconds));
  return { headers, body };
}
