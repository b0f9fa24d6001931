import { define } from '../../../definition.ts';

export const tokenListCommand = define({
  path: ['token', 'list'],
  group: 'people',
  summary: 'List tokens with their scopes and expiry',
  examples: [{ line: 'pltf token list', does: 'yours; for the platform team all' }],
});
