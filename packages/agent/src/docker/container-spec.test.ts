import { describe, expect, test } from 'vitest';
import { describeContainerEnd, startProblem } from './container-end.ts';
import { containerBody, portOf, userOf } from './container-spec.ts';

const spec = {
  ...{ name: 'pltf-1-shop.prod.1-0', labels: {}, image: 'sha256:1', env: { A: 'b=c' } },
  ...{ user: '200000:200000', memoryMiB: 256, cpu: 0.25, processes: 512, network: 'n' },
  ...{ hosts: [{ name: 'payments.localhost', address: '172.18.0.1' }], init: true },
};

describe('the description of a container', () => {
  test('closes everything that a program does not need', () => {
    expect(containerBody(spec)).toMatchObject({
      User: '200000:200000',
      Env: ['A=b=c'],
      HostConfig: {
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        Privileged: false,
        Memory: 268_435_456,
        MemorySwap: 268_435_456,
        NanoCpus: 250_000_000,
        PidsLimit: 512,
        ExtraHosts: ['payments.localhost:172.18.0.1'],
      },
    });
  });

  test('leaves the image its own command, or replaces it with its entry point', () => {
    expect(containerBody(spec)).not.toHaveProperty('Cmd');
    expect(containerBody({ ...spec, command: ['node', 'a.js'] })).toMatchObject({
      Entrypoint: [],
      Cmd: ['node', 'a.js'],
    });
  });
});

test.each([
  [undefined, '7:7'],
  ['', '7:7'],
  ['root', '7:7'],
  ['0', '7:7'],
  ['0:1000', '7:7'],
  ['root:node', '7:7'],
  ['00', '7:7'],
  ['node', 'node'],
  ['1000:1000', '1000:1000'],
])('an image of the user %j runs as %s', (user, expected) => {
  expect(userOf(user, 7)).toBe(expected);
});

test.each([
  [undefined, [], 8080],
  [undefined, ['3000/tcp'], 3000],
  [undefined, ['3000/tcp', '53/udp'], 3000],
  [undefined, ['80/tcp', '443/tcp'], 8080],
  [9000, ['3000/tcp'], 9000],
])('the port of a program that wishes %j and exposes %j is %i', (wished, exposed, expected) => {
  expect(portOf(wished, exposed)).toBe(expected);
});

test.each([
  [{ code: 137, outOfMemory: true, error: '' }, 'SIGKILL: out of memory (64 MiB)'],
  [{ code: 137, outOfMemory: false, error: '' }, 'SIGKILL'],
  [{ code: 143, outOfMemory: false, error: '' }, 'SIGTERM'],
  [{ code: 3, outOfMemory: false, error: '' }, 'exit 3'],
  [{ code: 127, outOfMemory: false, error: '' }, 'exit 127 (command not found)'],
  [
    { code: undefined, outOfMemory: false, error: '' },
    'its container was removed by somebody else',
  ],
])('an end is said in the same words as that of a process: %j', (end, words) => {
  expect(describeContainerEnd(end, 64)).toBe(words);
});

test('what the engine says of a program that is not there is said without its innards', () => {
  const said =
    'failed to create shim: OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "nope": executable file not found in $PATH: unknown';

  expect(startProblem(said)).toBe('"nope": executable file not found in $PATH');
});
