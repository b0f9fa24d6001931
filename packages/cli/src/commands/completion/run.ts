import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import type { completionCommand } from './command.ts';

/** Each asks `pltf complete` for candidates, so that they never know less than the program does. */
const scripts: Readonly<Record<string, string>> = {
  bash: `_pltf() {
  local IFS=$'\\n'
  COMPREPLY=($(pltf complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _pltf pltf`,
  zsh: `#compdef pltf
_pltf() {
  local -a candidates
  candidates=("\${(@f)$(pltf complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a candidates
}
compdef _pltf pltf`,
  fish: `complete -c pltf -f -a '(pltf complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

/** Prints the script for a shell. */
export const run: Run<typeof completionCommand> = async (
  { arguments: { shell } },
  { out, json },
) => {
  const script = scripts[shell] ?? '';
  if (json) out.document({ shell, script });
  else out.print(script);
  return exit.done;
};
