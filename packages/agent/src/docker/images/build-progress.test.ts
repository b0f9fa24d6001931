import { expect, test } from 'vitest';
import { createBuildProgress } from './build-progress.ts';

const field = (number: number, content: string | Buffer): Buffer => {
  const bytes = Buffer.from(content);
  const length: number[] = [];
  for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
    length.push(rest >= 128 ? (rest % 128) | 0x80 : rest);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes]);
};
const flag = (number: number): Buffer => Buffer.from([number * 8, 1]);
const trace = (...parts: readonly Buffer[]) => ({
  id: 'moby.buildkit.trace',
  aux: Buffer.concat(parts).toString('base64'),
});
const step = (digest: string, name: string, ...more: readonly Buffer[]): Buffer =>
  field(1, Buffer.concat([field(1, digest), field(3, name), ...more]));
const output = (digest: string, text: string): Buffer =>
  field(3, Buffer.concat([field(1, digest), field(4, text)]));

test('BuildKit’s trace becomes lines, with the step that failed', () => {
  const progress = createBuildProgress();
  const lines = [
    trace(step('a', '[1/3] FROM node', field(5, 't'))),
    trace(step('a', '[1/3] FROM node', field(5, 't'), flag(4), field(6, 't'))),
    trace(step('b', '[2/3] RUN npm ci', field(5, 't')), output('b', 'added ')),
    trace(output('b', `5 packages\n${'x'.repeat(300)}\r\nand then`)),
    trace(step('c', '[3/3] COPY . .')),
    trace(step('b', '[2/3] RUN npm ci', field(5, 't'), field(6, 't'), field(7, 'exit code: 1'))),
    { errorDetail: { message: 'process "npm ci" failed: exit code: 1' }, error: 'x' },
  ].flatMap((message) => progress.take(message));

  expect(lines).toEqual([
    '[1/3] FROM node',
    '[1/3] FROM node: from the cache',
    '[2/3] RUN npm ci',
    'added 5 packages',
    'x'.repeat(300),
    'and then',
  ]);
  expect(progress.step).toBe('[2/3] RUN npm ci');
  expect(progress.error).toContain('exit code: 1');
  expect(progress.image).toBeUndefined();
});

test('the classic builder’s stream becomes lines, however they are cut, with the image', () => {
  const progress = createBuildProgress();
  const lines = [
    { stream: 'Step 1/2 : FROM node' },
    { stream: '\n' },
    { status: 'Pulling fs layer', id: 'abc' },
    { status: 'Downloading', progress: '[=>  ]', id: 'abc' },
    { stream: 'Step 2/2 : RUN true\n' },
    { aux: { ID: 'sha256:1' } },
    { nonsense: true },
    'no object',
  ].flatMap((message) => progress.take(message));

  expect(lines).toEqual(['Step 1/2 : FROM node', 'abc: Pulling fs layer', 'Step 2/2 : RUN true']);
  expect(progress).toMatchObject({ image: 'sha256:1', error: undefined, step: '[2/2] RUN true' });
});

test('how the context comes to the builder is no step of a Dockerfile', () => {
  const progress = createBuildProgress();
  progress.take(trace(step('a', '[internal] load remote build context', field(5, 't'))));
  progress.take(trace(step('b', 'copy /context /', field(5, 't'))));
  progress.take({ error: 'dockerfile parse error line 2: unknown instruction: RUNN' });

  expect(progress.step).toBeUndefined();

  progress.take(trace(step('c', '[internal] load metadata for node:22', field(5, 't'))));
  expect(progress.step).toBe('[internal] load metadata for node:22');
});
