import type { Files } from './platform-version.ts';

const readme = `# The platform as code

\`platform.yaml\` says what the platform offers: environments, sizes, backing services, prices. Guardrails of your own are
YAML documents in \`guardrails/\`.

    pltf platform test       # guardrails and golden paths, without a server
    pltf platform plan       # what a change would touch
    git push                 # the same, and makes it so; a change that would break what runs is refused

Only administrators of the platform push here; everybody reads.
`;

/** What the repository holds at its beginning. */
export const firstFiles = (files: Files): Files => ({ ...files, 'README.md': readme });

/** The message of the commit that stands for a change. */
export function messageOf({
  via,
  why,
  reverts,
}: {
  readonly via: string;
  readonly why: string | undefined;
  readonly reverts?: number | undefined;
}): string {
  const subject =
    why?.split('\n')[0] ??
    (reverts === undefined ? 'Change the platform' : `Back to version ${reverts} of the platform`);
  return `${subject}\n\nBy pltf platform ${via}.\n`;
}
