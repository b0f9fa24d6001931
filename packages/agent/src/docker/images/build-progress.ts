import { z } from 'zod';
import { readProtobuf } from './protobuf-reader.ts';

/** What a build has told so far. */
export interface BuildProgress {
  /** Takes one message of the engine and answers the lines it brings. */
  take(message: unknown): readonly string[];
  readonly image: string | undefined;
  /** The engine's words for what went wrong. */
  readonly error: string | undefined;
  /** The step that was under way last, or failed: `[3/5] RUN npm ci`. */
  readonly step: string | undefined;
}

const Message = z.object({
  id: z.string().optional(),
  stream: z.string().optional(),
  status: z.string().optional(),
  progress: z.string().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string() }).optional(),
  aux: z.unknown().optional(),
});
const ImageId = z.object({ ID: z.string() });

/** Reads the stream of a build, by BuildKit or by the classic builder. */
export function createBuildProgress(): BuildProgress {
  let image: string | undefined;
  let error: string | undefined;
  let step: string | undefined;
  let rest = '';
  const trace = createTrace();

  const classic = (text: string): readonly string[] => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    const lines = parts.map((line) => line.replace(/\r$/, '')).filter((line) => line !== '');
    for (const line of lines) {
      const found = /^Step (\d+\/\d+) : (.*)$/.exec(line);
      if (found !== null) step = `[${found[1]}] ${found[2]}`;
    }
    return lines;
  };

  return {
    take(message) {
      const parsed = Message.safeParse(message);
      if (!parsed.success) return [];
      const { id, stream, status, progress, aux } = parsed.data;
      error ??= parsed.data.errorDetail?.message ?? parsed.data.error;
      if (id === 'moby.buildkit.trace' && typeof aux === 'string') {
        const lines = trace.take(Buffer.from(aux, 'base64'));
        step = trace.step ?? step;
        return lines;
      }
      const made = ImageId.safeParse(aux);
      if (made.success) image = made.data.ID;
      if (stream !== undefined) return classic(stream);
      // What is pulled: without the bars, which are made for a terminal.
      if (status !== undefined && progress === undefined) {
        return [id === undefined ? status : `${id}: ${status}`];
      }
      return [];
    },
    get image() {
      return image;
    },
    get error() {
      return error;
    },
    get step() {
      return step;
    },
  };
}

/** Fields of BuildKit's `StatusResponse`, `Vertex` and `VertexLog` (moby/buildkit, control.proto). */
const response = { vertexes: 1, logs: 3 } as const;
const vertex = { digest: 1, name: 3, cached: 4, started: 5, completed: 6, error: 7 } as const;
const vertexLog = { vertex: 1, text: 4 } as const;

/** How the context comes to BuildKit: no step that anybody wrote. */
const isEngines = (name: string): boolean =>
  /^(?:\[internal\] load (?:remote )?build |copy \/context \/)/.test(name);

interface Step {
  readonly name: string;
  begun: boolean;
  ended: boolean;
  rest: string;
}

function createTrace() {
  const steps = new Map<string, Step>();
  let current: string | undefined;
  let failed: string | undefined;

  const takeVertex = (bytes: Buffer, say: (line: string) => void) => {
    const fields = readProtobuf(bytes);
    const text = (field: number) =>
      fields.find((one) => one.field === field)?.bytes.toString() ?? '';
    const has = (field: number) => fields.some((one) => one.field === field);
    const name = text(vertex.name);
    const known = steps.get(text(vertex.digest)) ?? { name, begun: false, ended: false, rest: '' };
    steps.set(text(vertex.digest), known);
    if (has(vertex.started) && !known.begun) {
      known.begun = true;
      if (!isEngines(name)) current = name;
      say(name);
    }
    if (has(vertex.completed) && !known.ended) {
      known.ended = true;
      if (known.rest !== '') say(known.rest);
      if (fields.some((one) => one.field === vertex.cached && one.number === 1)) {
        say(`${name}: from the cache`);
      }
    }
    if (has(vertex.error) && text(vertex.error) !== '' && !isEngines(name)) failed ??= name;
  };

  const takeLog = (bytes: Buffer, say: (line: string) => void) => {
    const fields = readProtobuf(bytes);
    const digest = fields.find(({ field }) => field === vertexLog.vertex)?.bytes.toString() ?? '';
    const text = fields.find(({ field }) => field === vertexLog.text)?.bytes.toString() ?? '';
    const step = steps.get(digest);
    const parts = ((step?.rest ?? '') + text).split('\n');
    const rest = parts.pop() ?? '';
    if (step === undefined && rest !== '') parts.push(rest);
    else if (step !== undefined) step.rest = rest;
    for (const line of parts) say(line.replace(/\r$/, ''));
  };

  return {
    take(message: Buffer): readonly string[] {
      const lines: string[] = [];
      const say = (line: string) => void lines.push(line);
      for (const { field, bytes } of readProtobuf(message)) {
        if (field === response.vertexes) takeVertex(bytes, say);
        else if (field === response.logs) takeLog(bytes, say);
      }
      return lines;
    },
    get step() {
      return failed ?? current;
    },
  };
}
