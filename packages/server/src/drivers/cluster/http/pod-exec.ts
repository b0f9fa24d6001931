import { type ExecOutput, PltfError } from '@pltf/contracts';
import { type MessageEvent, WebSocket } from 'undici';
import type { ExecOptions, Served } from '../cluster-api.ts';
import { listAt, textAt } from '../json-read.ts';
import type { Connection } from './connection.ts';

const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const channels = { in: 0, out: 1, err: 2, status: 3, close: 255 } as const;
const openMs = 30_000;
const pieceBytes = 32 * 1024;

/** Whether the end of a command's input can be told: the fifth version of the channels, from Kubernetes 1.30 on. */
export const endsInput = ({ minor }: Pick<Served, 'minor'>): boolean => minor >= 30;

/**
 * Where the end of its input cannot be told, the command gets as many bytes as there are, and then the end. Its words
 * stay words: no shell reads them.
 */
const bounded = (command: readonly string[], bytes: number): readonly string[] => [
  ...['sh', '-c', 'head -c "$0" | "$@"', String(bytes)],
  ...command,
];

/** Runs a command in a container, over the WebSocket channels of the API server; `ends`: see `endsInput`. */
export async function* execInPod(
  connection: Connection,
  namespace: string,
  pod: string,
  options: ExecOptions,
  ends: boolean,
): AsyncGenerator<ExecOutput> {
  const stdin = options.stdin === undefined ? undefined : new TextEncoder().encode(options.stdin);
  const command =
    stdin === undefined || ends ? options.command : bounded(options.command, stdin.length);
  const query = new URLSearchParams({ stdout: 'true', stderr: 'true' });
  if (options.container !== undefined) query.set('container', options.container);
  if (stdin !== undefined) query.set('stdin', 'true');
  for (const word of command) query.append('command', word);
  const { server, dispatcher, headers } = await connection.socket();
  const base = server.href.replace(/^http/, 'ws').replace(/\/$/, '');
  const socket = new WebSocket(
    `${base}/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec?${query.toString()}`,
    { protocols, dispatcher, headers: flat(headers) },
  );
  socket.binaryType = 'arraybuffer';
  if (stdin !== undefined) socket.addEventListener('open', () => sendInput(socket, stdin, ends));
  yield* messagesOf(socket, `a command in ${namespace}/${pod}`, options.signal);
}

function sendInput(socket: WebSocket, stdin: Uint8Array, ends: boolean): void {
  for (let from = 0; from < stdin.length; from += pieceBytes)
    socket.send(Uint8Array.of(channels.in, ...stdin.subarray(from, from + pieceBytes)));
  if (ends) socket.send(Uint8Array.of(channels.close, channels.in));
}

const flat = (headers: Readonly<Record<string, string | string[]>>): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );

interface Ending {
  readonly error?: PltfError;
}

async function* messagesOf(
  socket: WebSocket,
  about: string,
  signal: AbortSignal,
): AsyncGenerator<ExecOutput> {
  const queue: ExecOutput[] = [];
  const texts = newTexts();
  let ending: Ending | undefined;
  let opened = false;
  let wake = (): void => undefined;
  const end = (next: Ending): void => {
    ending ??= next;
    wake();
  };
  const late = setTimeout(() => {
    if (!opened) end({ error: failed(about, 'the API server did not answer in time') });
  }, openMs);
  const stop = (): void => end({});
  socket.addEventListener('open', () => {
    opened = true;
  });
  socket.addEventListener('message', (event: MessageEvent) => {
    const output = outputOf(event.data, texts, about);
    if (output instanceof PltfError) end({ error: output });
    else if (output !== undefined) queue.push(output);
    wake();
  });
  socket.addEventListener('error', (event) => {
    const said = event.message === '' ? 'the API server refused it' : event.message;
    end({ error: failed(about, said) });
  });
  socket.addEventListener('close', () => end({}));
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const output = queue.shift();
      if (output !== undefined) {
        yield output;
        if ('exitCode' in output) return;
      } else if (ending !== undefined) {
        if (ending.error !== undefined) throw ending.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    socket.close();
  }
}

/** A character may be cut in two by the end of a message. */
const newTexts = () => ({ out: new TextDecoder(), err: new TextDecoder() });
type Texts = ReturnType<typeof newTexts>;

function outputOf(
  payload: unknown,
  texts: Texts,
  about: string,
): ExecOutput | PltfError | undefined {
  if (!(payload instanceof ArrayBuffer) || payload.byteLength < 2) return undefined;
  const bytes = new Uint8Array(payload);
  const content = bytes.subarray(1);
  switch (bytes[0]) {
    case channels.out:
      return { stream: 'out', text: texts.out.decode(content, { stream: true }) };
    case channels.err:
      return { stream: 'err', text: texts.err.decode(content, { stream: true }) };
    case channels.status:
      return exitOf(JSON.parse(new TextDecoder().decode(content)), about);
    default:
      return undefined;
  }
}

function exitOf(status: unknown, about: string): ExecOutput | PltfError {
  if (textAt(status, 'status') === 'Success') return { exitCode: 0 };
  const code = listAt(status, 'details', 'causes').find(
    (cause) => textAt(cause, 'reason') === 'ExitCode',
  );
  if (code !== undefined) return { exitCode: Number(textAt(code, 'message') ?? '1') };
  return failed(about, textAt(status, 'message') ?? 'it could not be started');
}

const failed = (about: string, said: string): PltfError =>
  new PltfError('cluster-refused', {
    detail: `${about} could not be run: ${said}`,
    fix: 'See that the instance runs and that the program is in its image.',
  });
