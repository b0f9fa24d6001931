import { define } from '../../../definition.ts';

export const tokenRevokeCommand = define({
  path: ['token', 'revoke'],
  group: 'people',
  summary: 'Revoke a token at once',
  arguments: { id: { summary: 'Id of the token, from `pltf token list`' } },
  examples: [
    {
      line: 'pltf token revoke tok_01k9vxm2e4qh7zt0w3d8r5n6c1',
      does: 'whatever uses it is refused from now on',
    },
  ],
});
