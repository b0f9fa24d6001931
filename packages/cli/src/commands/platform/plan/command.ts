import { define, type Option } from '../../../definition.ts';

/** Where the platform's files lie. */
export const folder = {
  summary: 'Folder with platform.yaml; this one unless given',
  optional: true,
} as const;

export const letGo = {
  type: 'texts',
  value: 'RUNTIME',
  summary:
    'Takes the runtime out, or leads it elsewhere, although something is there: it is left behind',
} as const satisfies Option;

export const takeOut = {
  type: 'texts',
  value: 'ENV',
  summary: 'Takes out what runs on clusters in an environment that goes from the file, in waves',
} as const satisfies Option;

export const platformPlanCommand = define({
  path: ['platform', 'plan'],
  group: 'people',
  summary: 'Show what a change of the platform would touch; changes nothing',
  details:
    'Exit code 0: nothing changes; 2: changes; 1: the files are invalid, or the change would break what runs.',
  arguments: { folder },
  options: { 'let-go': letGo, 'take-out': takeOut },
  examples: [
    { line: 'pltf platform plan', does: 'the files of this folder against the platform in force' },
  ],
});
