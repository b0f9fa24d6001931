import { define } from '../../definition.ts';

export const loginCommand = define({
  path: ['login'],
  group: 'begin',
  summary: 'Sign in: store address and token for this user',
  arguments: {
    address: { summary: 'Address of the platform; the one in use unless given', optional: true },
  },
  options: {
    link: { type: 'flag', summary: 'Print a one-time link that signs you in to the portal' },
  },
  examples: [
    {
      line: 'pltf login http://127.0.0.1:7070',
      does: 'asks for the token and stores both, readable by you only',
    },
    {
      line: 'echo "$TOKEN" | pltf login --token - https://platform.example.com',
      does: 'takes the token from standard input',
    },
    { line: 'pltf login --link', does: 'prints a one-time link that signs you in to the portal' },
  ],
});
