import type { JsonValue } from '../../template/json.ts';
import { textsOf } from './constant.ts';
import { quoted } from './scalar.ts';
import { writeScalar } from './write-scalar.ts';
import {
  createOutput,
  writeAgain,
  writeByte,
  writeBytes,
  writeText,
  type YamlOutput,
} from './yaml-output.ts';

type Mapping = Readonly<Record<string, JsonValue | undefined>>;

/**
 * One document of block YAML for each value, separated by `---`: keys in the order of their objects, two spaces of
 * indentation, no folding. The same values give the same text everywhere. Keys whose value is undefined are left out.
 */
export const blockYaml = (documents: readonly JsonValue[]): string =>
  new TextDecoder().decode(createYamlWriter()(documents));

/**
 * Writes documents as `blockYaml` does, to UTF-8. Whoever writes many keeps the writer: it keeps its room. It exists
 * beside the package `yaml` because a fleet is written with it.
 */
export function createYamlWriter(): (documents: readonly JsonValue[]) => Uint8Array {
  const output = createOutput();
  const keys: Keys = [];
  return (documents) => {
    output.length = 0;
    const writing: Writing = { output, keys, shared: new Map() };
    for (const [index, document] of documents.entries()) {
      if (index > 0) writeText(output, '---\n');
      if (isMapping(document) && mapping(writing, document, '', false)) continue;
      inline(output, document, '  ');
      writeByte(output, lineByte);
    }
    return output.bytes.slice(0, output.length);
  };
}

interface Writing {
  readonly output: YamlOutput;
  readonly keys: Keys;
  /**
   * Where mappings stand, by depth. All objects of a placement hold the same labels, as one mapping: they are half of
   * what is written, and are put together once.
   */
  readonly shared: Map<object, (Place | undefined)[]>;
}
/** By depth: keys repeat, values do not. Each is there with its indentation and its colon. */
type Keys = Map<string, Uint8Array>[];
interface Place {
  readonly start: number;
  readonly end: number;
}
const sharedKeys: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'labels',
  'annotations',
  'matchLabels',
]);

const isMapping = (value: JsonValue): value is Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Writes nothing and answers no when it is empty. In a list, the first key stands behind the dash that is written. */
function mapping(writing: Writing, value: Mapping, indent: string, inList: boolean): boolean {
  const { output } = writing;
  let some = false;
  for (const key in value) {
    const member = value[key];
    if (member === undefined) continue;
    writeKey(writing, key, some || !inList ? indent : '');
    some = true;
    if (typeof member === 'object' && member !== null) below(writing, key, member, indent);
    else {
      writeByte(output, spaceByte);
      inline(output, member, deeper(indent));
      writeByte(output, lineByte);
    }
  }
  return some;
}

const spaceByte = 0x20;
const lineByte = 0x0a;

/** A list or a mapping under its key; a constant one as it was put together the first time. */
function below(writing: Writing, key: string, member: object, indent: string): void {
  const { output } = writing;
  const texts = textsOf(member);
  if (texts === undefined) {
    part(writing, key, member, indent);
    return;
  }
  const depth = indent.length >> 1;
  const known = texts[depth];
  if (known !== undefined) {
    writeBytes(output, known);
    return;
  }
  const start = output.length;
  part(writing, key, member, indent);
  texts[depth] = output.bytes.slice(start, output.length);
}

/** Its lines, or `[]` and `{}`. */
function part(writing: Writing, key: string, member: object, indent: string): void {
  const { output } = writing;
  const start = output.length;
  writeByte(output, lineByte);
  const inner = deeper(indent);
  const some = Array.isArray(member)
    ? sequence(writing, member as readonly JsonValue[], indent, indent)
    : sharedKeys.has(key)
      ? sharedMapping(writing, member as Mapping, inner)
      : mapping(writing, member as Mapping, inner, false);
  if (some) return;
  output.length = start;
  writeText(output, Array.isArray(member) ? ' []\n' : ' {}\n');
}

function sharedMapping(writing: Writing, value: Mapping, indent: string): boolean {
  const { output, shared } = writing;
  const depth = indent.length >> 1;
  let places = shared.get(value);
  if (places === undefined) {
    places = [];
    shared.set(value, places);
  }
  const place = places[depth];
  if (place !== undefined) {
    writeAgain(output, place.start, place.end);
    return place.end > place.start;
  }
  const start = output.length;
  const some = mapping(writing, value, indent, false);
  places[depth] = { start, end: output.length };
  return some;
}

function sequence(
  writing: Writing,
  items: readonly JsonValue[],
  indent: string,
  first: string,
): boolean {
  const { output } = writing;
  const inner = deeper(indent);
  let before = first;
  for (const item of items) {
    writeText(output, before);
    before = indent;
    if (typeof item !== 'object' || item === null) {
      writeText(output, '- ');
      inline(output, item, inner);
      writeByte(output, lineByte);
      continue;
    }
    const start = output.length;
    writeText(output, '- ');
    const some = Array.isArray(item)
      ? sequence(writing, item as readonly JsonValue[], inner, '')
      : mapping(writing, item as Mapping, inner, true);
    if (some) continue;
    output.length = start;
    writeText(output, Array.isArray(item) ? '- []\n' : '- {}\n');
  }
  return items.length > 0;
}

function inline(output: YamlOutput, value: JsonValue, indent: string): void {
  if (typeof value === 'string') writeScalar(output, value, indent);
  else
    writeText(
      output,
      typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value),
    );
}

const indents: string[] = [];
/** Strings made once: an indentation is asked for at every line. */
function deeper(indent: string): string {
  const depth = indent.length >> 1;
  return (indents[depth] ??= `${indent}  `);
}

const mostKeys = 4096;
function writeKey({ output, keys }: Writing, key: string, indent: string): void {
  const ofDepth = (keys[indent.length >> 1] ??= new Map());
  const known = ofDepth.get(key);
  if (known !== undefined) {
    writeBytes(output, known);
    return;
  }
  const start = output.length;
  writeText(output, indent);
  // A key stands on one line.
  if (key.includes('\n')) writeText(output, quoted(key));
  else writeScalar(output, key, '');
  writeText(output, ':');
  if (ofDepth.size < mostKeys) ofDepth.set(key, output.bytes.slice(start, output.length));
}
