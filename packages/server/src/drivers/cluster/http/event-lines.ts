import { PltfError } from '@pltf/contracts';

/** No object is larger than 3 MB (the limit of etcd's requests), and no line of a log than 16 MB. */
const longestLine = 16 * 1024 * 1024;

/** Lines of a stream as they come; a character may be cut in two between its pieces. */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > longestLine) {
      throw new PltfError('payload-invalid', { detail: 'the cluster sent a line without an end' });
    }
    yield* parts;
  }
  if (rest !== '') yield rest;
}
