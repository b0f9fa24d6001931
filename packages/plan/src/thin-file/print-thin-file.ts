import { ThinFile } from '@pltf/contracts';
import { blockYaml } from '../render/yaml/block-yaml.ts';
import type { JsonValue } from '../template/json.ts';

/** A thin file as YAML, its keys in the order of the contract; the same file gives the same text. */
export function printThinFile(file: ThinFile): string {
  // Parsing puts keys into the order of the shape, however they came.
  const ordered = ThinFile.parse(file) as Readonly<Record<string, JsonValue>>;
  return blockYaml([ordered]);
}
