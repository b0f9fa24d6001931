import { define } from '../../definition.ts';

export const whoamiCommand = define({
  path: ['whoami'],
  group: 'begin',
  summary: 'Who you are to the platform, and what you may do',
  examples: [{ line: 'pltf whoami', does: 'prints user, role, teams and the scopes of the token' }],
});
