import { request } from 'node:http';
import { lookUp } from '../../api/local-fetch.ts';

export interface Answer {
  readonly status: number;
  /** The beginning of the body. */
  readonly text: string;
}

const patienceMs = 3000;
const bodyLimit = 65_536;
const gistCells = 72;

/** One GET as a visitor would send it; undefined when nobody answers. `.localhost` needs no hosts file. */
export function visit(url: string): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const sent = request(url, { lookup: lookUp, agent: false, timeout: patienceMs }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text = (text + part).slice(0, bodyLimit);
      });
      response.once('error', () => resolve(undefined));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.once('timeout', () => sent.destroy());
    sent.once('error', () => resolve(undefined));
    sent.end();
  });
}

/** One line of an answer that says something: what a page or a program greets with. */
export function gist({ text }: Answer): string {
  const words = text
    .replace(/<(?:script|style)[\s\S]*?<\/(?:script|style)>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return words.length > gistCells ? `${words.slice(0, gistCells - 1)}…` : words;
}
