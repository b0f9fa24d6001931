import { define } from '../../definition.ts';

export const logoutCommand = define({
  path: ['logout'],
  group: 'begin',
  summary: "Forget address and token, in git's configuration too",
  examples: [
    { line: 'pltf logout', does: 'the token itself stays valid: `pltf token revoke` ends it' },
  ],
});
