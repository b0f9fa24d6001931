import { PltfError } from '@pltf/contracts';
import { flushPacket, packet, progressPacket } from './pkt-line.ts';

export interface RefCommand {
  readonly ref: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What a client sends to git-receive-pack, taken apart. */
export interface ReceivePackRequest {
  readonly commands: readonly RefCommand[];
  readonly capabilities: ReadonlySet<string>;
  /** Empty when nothing but deletions is asked for. */
  readonly pack: Buffer;
}

const nothing = '0'.repeat(40);
const mostCommands = 1000;
/** What fits into a packet of the smaller kind of side band. */
const bandBytes = 900;

const unreadable = (): PltfError =>
  new PltfError('bad-request', {
    detail: 'this push cannot be read',
    fix: 'Push without signing and without options, with a current git.',
  });

/** Reads the commands before the pack; throws `bad-request` for a push that says something else too. */
export function readReceivePack(body: Buffer): ReceivePackRequest {
  const commands: RefCommand[] = [];
  let capabilities = '';
  let at = 0;
  for (;;) {
    const digits = body.toString('latin1', at, at + 4);
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
    if (length === 0) break;
    if (length < 5 || at + length > body.length || commands.length >= mostCommands)
      throw unreadable();
    const [line = '', said] = body.toString('utf8', at + 4, at + length).split('\0', 2);
    if (said !== undefined) capabilities = said;
    commands.push(commandOf(line.replace(/\n$/, '')));
    at += length;
  }
  return {
    commands,
    capabilities: new Set(capabilities.trim().split(' ')),
    pack: body.subarray(at + 4),
  };
}

function commandOf(line: string): RefCommand {
  const [, before = '', after = '', ref = ''] =
    /^([0-9a-f]{40}) ([0-9a-f]{40}) (refs\/\S+)$/.exec(line) ?? [];
  if (ref === '') throw unreadable();
  return {
    ref,
    before: before === nothing ? undefined : before,
    after: after === nothing ? undefined : after,
  };
}

/** An answer of git-receive-pack that refuses every ref, with lines that the person sees as `remote: …`. */
export function refuseAll(
  { commands, capabilities }: ReceivePackRequest,
  lines: readonly string[],
  reason: string,
): Buffer {
  const said = reason.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').slice(0, 200);
  const report = Buffer.concat([
    packet(Buffer.from('unpack ok\n')),
    ...commands.map(({ ref }) => packet(Buffer.from(`ng ${ref} ${said}\n`))),
    flushPacket,
  ]);
  const bands = capabilities.has('side-band-64k') || capabilities.has('side-band');
  if (!bands) return report;
  const parts: Buffer[] = lines.map(progressPacket);
  for (let at = 0; at < report.length; at += bandBytes)
    parts.push(packet(Buffer.concat([Buffer.from([1]), report.subarray(at, at + bandBytes)])));
  return Buffer.concat([...parts, flushPacket]);
}
