import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { AgentClient } from './agent-client.ts';

async function writeSlowly(response: ServerResponse, bytes: Buffer): Promise<void> {
  for (const byte of bytes) {
    response.write(Buffer.of(byte));
    await sleep(1);
  }
  response.end();
}

test('lines arrive whole, also where the end of a chunk cuts a character in two', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pltf-lines-'));
  const socketPath = join(folder, 'agent.sock');
  const bytes = Buffer.from('{"text":"grün 🚀"}\n{"text":"zwei"}\n');
  const server = createServer((_, response) => void writeSlowly(response, bytes));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const client = new AgentClient({ socketPath });
  try {
    const texts: string[] = [];
    const line = z.object({ text: z.string() });
    for await (const { text } of client.lines('/v1/journal', line, AbortSignal.timeout(5_000)))
      texts.push(text);

    expect(texts).toEqual(['grün 🚀', 'zwei']);
  } finally {
    await client[Symbol.asyncDispose]();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
