/** How a script is run: the program with `{0}` for the script's file, and the file's extension. */
export interface Shell {
  readonly argv: readonly string[];
  readonly extension: string;
}

const shells: ReadonlyMap<string, Shell> = new Map([
  ['bash', { argv: ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '{0}'], extension: 'sh' }],
  ['sh', { argv: ['sh', '-e', '{0}'], extension: 'sh' }],
  ['python', { argv: ['python3', '{0}'], extension: 'py' }],
  ['node', { argv: ['node', '{0}'], extension: 'js' }],
]);

/** As on GitHub: a workflow that names no shell gets bash without `pipefail`. */
const unnamed: Shell = { argv: ['bash', '-e', '{0}'], extension: 'sh' };

const windowsShells: ReadonlySet<string> = new Set(['pwsh', 'powershell', 'cmd']);

export type ShellChoice =
  | { readonly shell: Shell }
  | { readonly unavailable: string }
  | { readonly problem: string };

/** The shell that `shell:` names. One of one's own holds `{0}`; it is split at spaces and never interpreted. */
export function chooseShell(name: string | undefined): ShellChoice {
  if (name === undefined || name === '') return { shell: unnamed };
  const known = shells.get(name);
  if (known !== undefined) return { shell: known };
  if (windowsShells.has(name)) return { unavailable: `the shell ${name} is not installed` };
  const argv = name.split(/\s+/).filter((word) => word !== '');
  if (!argv.includes('{0}')) {
    return {
      problem: `'${name.slice(0, 60)}' is no shell: use bash, sh, python or node, or name one with {0}`,
    };
  }
  if (windowsShells.has(argv[0] ?? ''))
    return { unavailable: `the shell ${argv[0]} is not installed` };
  return { shell: { argv, extension: 'sh' } };
}
