import type { PlatformFacts } from '@pltf/contracts';
import { readYamlText, type YamlPlaces } from '../yaml-text.ts';

type TextFacts = Pick<PlatformFacts, 'platformText'>;

const maximumBytes = 1024 * 1024;
const read = /* @__PURE__ */ new WeakMap<TextFacts, YamlPlaces | 'none'>();

/** Where the values of the platform file are written; read once for the same facts. Undefined for the built-in one. */
export function platformPlaces(facts: TextFacts): YamlPlaces | undefined {
  const known = read.get(facts);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const text = facts.platformText;
  const parsed =
    text === undefined
      ? undefined
      : readYamlText(text, { fileName: 'platform.yaml', maximumBytes, example: '' });
  const places = parsed?.ok === true ? parsed.places : undefined;
  read.set(facts, places ?? 'none');
  return places;
}
