import type { Capabilities, StepAction, Unavailable } from './run-plan.ts';
import type { Template } from './template.ts';

/** What `uses:` means here, with remarks on what differs from GitHub. */
export interface MappedAction {
  readonly action: StepAction;
  readonly notes: readonly string[];
}

export type Inputs = Readonly<Record<string, Template>>;
type Mapping = (inputs: Inputs, capabilities: Capabilities, uses: string) => MappedAction;

const elsewhere = 'on GitHub Actions, from the same file';

export const unavailable = (uses: string, reason: string): MappedAction => ({
  action: { kind: 'unavailable', uses, reason, where: elsewhere },
  notes: [],
});
export const notHere = (reason: string): Unavailable => ({ reason, where: elsewhere });

const isSet = (template: Template | undefined): boolean =>
  template !== undefined &&
  template !== null &&
  template !== false &&
  template !== '' &&
  template !== 'false';

const notesFor = (inputs: Inputs, remarks: Readonly<Record<string, string>>): string[] =>
  Object.entries(remarks).flatMap(([input, remark]) => (isSet(inputs[input]) ? [remark] : []));

const checkout: Mapping = (inputs) => ({
  action: { kind: 'checkout', with: { ...inputs } },
  notes: notesFor(inputs, {
    submodules: 'submodules are not checked out here',
    lfs: 'files in Git LFS are not fetched here',
    'sparse-checkout': 'the whole tree is checked out here',
  }),
});

const setup =
  (tool: 'node' | 'python', name: string): Mapping =>
  (inputs, capabilities, uses) => {
    const version = capabilities[tool];
    if (version === undefined) return unavailable(uses, `no ${name} is installed on this platform`);
    const asked = inputs[`${tool}-version`];
    const notes = notesFor(inputs, {
      cache: "the package manager's cache is not kept between runs here",
    });
    if (typeof asked === 'string' || typeof asked === 'number') {
      notes.unshift(...versionNote(name, String(asked), version));
    }
    return { action: { kind: 'setup', tool, with: { ...inputs } }, notes };
  };

/** Says which version was asked for and which is used, when they differ. */
export function versionNote(name: string, asked: string, used: string): string[] {
  const wanted = /^v?(\d+(?:\.\d+){0,2})(?:\.(?:x|\*))*$/.exec(asked.trim())?.[1];
  if (wanted !== undefined && `${used}.`.startsWith(`${wanted}.`)) return [];
  return [
    `asked for ${name} ${asked.trim().slice(0, 40)}; ${name} ${used} of this platform is used`,
  ];
}

const cache =
  (mode: 'restore-and-save' | 'restore' | 'save'): Mapping =>
  (inputs) => ({ action: { kind: 'cache', mode, with: { ...inputs } }, notes: [] });

const artifact =
  (mode: 'upload' | 'download'): Mapping =>
  (inputs, _capabilities, uses) => {
    const elsewhere = ['github-token', 'run-id', 'repository'].find((input) =>
      isSet(inputs[input]),
    );
    if (mode === 'download' && elsewhere !== undefined) {
      return unavailable(uses, 'artifacts of other runs or repositories cannot be had here');
    }
    return {
      action: { kind: 'artifact', mode, with: { ...inputs } },
      notes: notesFor(inputs, { 'retention-days': 'artifacts are kept as long as their run here' }),
    };
  };

/** Public actions with a meaning of their own on this platform. */
const mappings: ReadonlyMap<string, Mapping> = new Map([
  ['actions/checkout', checkout],
  ['actions/setup-node', setup('node', 'Node.js')],
  ['actions/setup-python', setup('python', 'Python')],
  ['actions/cache', cache('restore-and-save')],
  ['actions/cache/restore', cache('restore')],
  ['actions/cache/save', cache('save')],
  ['actions/upload-artifact', artifact('upload')],
  ['actions/download-artifact', artifact('download')],
]);

/** What a public action (`owner/name[/path]@ref`) or an image means here. */
export function mapAction(uses: string, inputs: Inputs, capabilities: Capabilities): MappedAction {
  if (uses.startsWith('docker://')) {
    return unavailable(uses, 'actions in container images need Docker');
  }
  const [name = '', ref] = uses.split('@');
  if (ref === undefined || !/^[\w.-]+\/[\w./-]+$/.test(name)) {
    return unavailable(uses, 'it names no action as owner/name@version');
  }
  const mapping = mappings.get(name.toLowerCase());
  if (mapping !== undefined) return mapping(inputs, capabilities, uses);
  return unavailable(uses, "other people's actions are not run on this platform");
}
