import { CreatedContainer } from '../engine-answers.ts';
import { type EngineClient, refusedWith } from '../engine-client.ts';
import { labels } from '../labels.ts';
import { block, kindOf, sizeOf } from './tar-head.ts';

const mostBytes = 1024 * 1024;

/**
 * Whom an image runs as, by number where its own list of users has the name: `node` is `1000:1000` there. Names are the
 * image's to give, root's number too, and a cluster takes none at all. Nothing of the image runs for that.
 */
export async function numericUser(
  client: EngineClient,
  agent: string,
  image: string,
  user: string,
): Promise<string> {
  const [name = '', group] = user.split(':');
  if (name === '' || /^\d+$/.test(name)) return user;
  const body = { Image: image, Cmd: ['true'], Labels: { [labels.agent]: agent } };
  const { Id } = await client.json(
    { method: 'POST', path: '/containers/create', body },
    CreatedContainer,
  );
  try {
    const users = await fileIn(client, Id, '/etc/passwd');
    for (const line of users.split('\n')) {
      const [known, , uid = '', gid = ''] = line.split(':');
      if (known === name && /^\d+$/.test(uid)) return `${uid}:${group ?? gid}`;
    }
    return user;
  } finally {
    await client.send(
      { method: 'DELETE', path: `/containers/${Id}`, query: { v: '1' } },
      [404, 409],
    );
  }
}

/** The text of a file in a container; empty when it has none. */
async function fileIn(client: EngineClient, container: string, path: string): Promise<string> {
  const request = {
    method: 'GET',
    path: `/containers/${container}/archive`,
    query: { path },
  } as const;
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of (await client.stream(request)) as AsyncIterable<Buffer>) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > mostBytes) break;
    }
  } catch (error) {
    if (refusedWith(error) === undefined) throw error;
    return '';
  }
  const archive = Buffer.concat(pieces);
  if (archive.length < block || kindOf(archive) !== '0') return '';
  return archive.toString('utf8', block, block + sizeOf(archive));
}
