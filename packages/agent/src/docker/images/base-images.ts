import { PltfError } from '@pltf/contracts';
import { InspectedImage } from '../engine-answers.ts';
import { type EngineClient, refusedWith } from '../engine-client.ts';
import { failedStep } from './image-problems.ts';
import { pullImage } from './image-pull.ts';
import type { RegistryAccess } from './registry-access.ts';

export interface BaseImageOrder {
  /** The text of the Dockerfile. */
  readonly dockerfile: string;
  /** Build arguments. */
  readonly args: Readonly<Record<string, string>>;
  readonly say: (lines: readonly string[]) => void;
  readonly signal: AbortSignal;
}

/**
 * Has the engine bring what a build begins from: BuildKit asks the docker command line for credentials, even for
 * registries that give them to everybody, and there is none here. It takes what the engine has. Answers why something
 * did not come: the build may still do without it.
 */
export async function bringBaseImages(
  client: EngineClient,
  access: RegistryAccess,
  { dockerfile, args, say, signal }: BaseImageOrder,
): Promise<PltfError | undefined> {
  let missing: PltfError | undefined;
  for (const name of baseImages(dockerfile, args)) {
    if (await isThere(client, name)) continue;
    await pullImage(client, access, { name, say, signal }).catch((error: unknown) => {
      if (!(error instanceof PltfError) || error.code !== 'image-missing') throw error;
      say([error.detail]);
      missing ??= failedStep(`FROM ${name}`, error.detail);
    });
  }
  return missing;
}

async function isThere(client: EngineClient, name: string): Promise<boolean> {
  const path = `/images/${encodeURIComponent(name)}/json`;
  try {
    await client.json({ method: 'GET', path }, InspectedImage);
    return true;
  } catch (error) {
    if (refusedWith(error) === undefined) throw error;
    return false;
  }
}

/**
 * Images that a Dockerfile is read by, begins with or copies from, each once: no stages of its own, and none whose name only an
 * argument without a default tells.
 */
export function baseImages(
  dockerfile: string,
  args: Readonly<Record<string, string>> = {},
): readonly string[] {
  const syntax = /^(?:#[^\n]*\n)*?#\s*syntax\s*=\s*(\S+)/i.exec(dockerfile)?.[1];
  const stages = new Set(['scratch']);
  const values = new Map<string, string>();
  const found = new Set(syntax === undefined ? [] : [syntax]);
  const note = (text: string) => {
    const name = filled(text, values);
    if (name !== undefined && !stages.has(name.toLowerCase()) && !/^\d+$/.test(name))
      found.add(name);
  };
  let begun = false;
  for (const [word, rest] of instructions(dockerfile)) {
    if (word === 'ARG' && !begun)
      for (const [name, value] of argumentsOf(rest)) {
        const known = args[name] ?? value;
        if (known !== undefined) values.set(name, known);
      }
    if (word === 'FROM') {
      begun = true;
      const [image = '', as, stage] = rest.split(/\s+/).filter((part) => !part.startsWith('--'));
      note(image);
      if (as?.toUpperCase() === 'AS' && stage !== undefined) stages.add(stage.toLowerCase());
    }
    if (word === 'COPY' || word === 'RUN')
      for (const [, name = ''] of rest.matchAll(/(?:^|\s)--(?:from=|mount=\S*?\bfrom=)([^\s,]+)/g))
        note(name);
  }
  return [...found];
}

/** Instructions with their words in capitals; lines that go on are one, comments are none. */
function instructions(dockerfile: string): readonly (readonly [string, string])[] {
  const lines = dockerfile.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  return lines
    .join('\n')
    .replace(/\\[ \t\r]*\n/g, ' ')
    .split('\n')
    .map((line) => /^\s*(\w+)\s+(.*)$/.exec(line))
    .flatMap((found) =>
      found === null ? [] : [[(found[1] ?? '').toUpperCase(), (found[2] ?? '').trim()] as const],
    );
}

const argumentsOf = (text: string): readonly (readonly [string, string | undefined])[] =>
  [...text.matchAll(/(\w+)(?:=("[^"]*"|'[^']*'|\S*))?/g)].map(
    ([, name = '', value]) => [name, value?.replace(/^(["'])(.*)\1$/, '$2')] as const,
  );

/** With its arguments filled in; undefined when one has no value. */
function filled(text: string, values: ReadonlyMap<string, string>): string | undefined {
  let known = true;
  const name = text
    .replace(/^(["'])(.*)\1$/, '$2')
    .replace(/\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g, (_, braced, otherwise, bare) => {
      const value = values.get(braced ?? bare) ?? otherwise;
      known &&= value !== undefined;
      return value ?? '';
    });
  return known && name !== '' ? name : undefined;
}
