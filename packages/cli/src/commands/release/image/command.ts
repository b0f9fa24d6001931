import { define } from '../../../definition.ts';
import { name } from '../../placement-options.ts';

export const releaseImageCommand = define({
  path: ['release', 'image'],
  group: 'look',
  summary: 'Show the image of a release, what is in it, and where it came from',
  arguments: {
    name,
    release: { summary: 'Its number; the newest unless given', optional: true },
  },
  options: {
    sbom: { type: 'flag', summary: 'What is in it, as CycloneDX' },
    provenance: { type: 'flag', summary: 'Where it came from, as an in-toto statement' },
    out: { type: 'text', short: 'o', value: 'FILE', summary: 'Where to write the document' },
  },
  examples: [
    { line: 'pltf release image users-api 3', does: 'its name by digest, for docker pull' },
    { line: 'pltf release image users-api 3 --sbom -o sbom.json', does: 'the packages in it' },
    { line: 'pltf release image users-api --provenance', does: 'commit and builder of the newest' },
  ],
});
