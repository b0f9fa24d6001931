/** A commit of the component's own repository that a manifest was made from. */
export interface SourceCommit {
  readonly sha: string;
  readonly repository: string;
  readonly author?: { readonly name: string; readonly email: string } | undefined;
  /** ISO 8601. */
  readonly date?: string | undefined;
  readonly subject?: string | undefined;
  readonly body?: string | undefined;
}

export interface ManifestChange {
  /** `users-api.prod`. */
  readonly placement: string;
  readonly what:
    | { readonly kind: 'release'; readonly release: number }
    | { readonly kind: 'settings'; readonly release: number }
    | { readonly kind: 'back'; readonly release: number; readonly because: string }
    | { readonly kind: 'task'; readonly release: number }
    | { readonly kind: 'revert'; readonly release: number }
    | { readonly kind: 'unlock' }
    | { readonly kind: 'empty' }
    | { readonly kind: 'let-go'; readonly to: string }
    | { readonly kind: 'move'; readonly to: string }
    | { readonly kind: 'remove' };
  readonly by: string;
  readonly why?: string | undefined;
  readonly source?: SourceCommit | undefined;
}

export interface CommitText {
  readonly message: string;
  /** Lines for programs; Argo CD shows the commit that the `Argocd-reference-commit-` ones name. */
  readonly trailers: readonly (readonly [key: string, value: string])[];
}

export function commitText(change: ManifestChange): CommitText {
  const { placement, what, by, why, source } = change;
  const lines = [subjectOf(change), '', `Asked for by ${line(by)}.`];
  if (why !== undefined) lines.push(`Because: ${line(why)}`);
  if (what.kind === 'back') lines.push(`What happened: ${line(what.because)}`);
  const release = 'release' in what ? what.release : undefined;
  return {
    message: lines.join('\n'),
    trailers: [
      ['Pltf-Placement', placement],
      ['Pltf-Change', what.kind],
      ...(release === undefined ? [] : [['Pltf-Release', `${placement}@${release}`] as const]),
      ['Pltf-By', line(by)],
      ...(source === undefined ? [] : [['Pltf-Commit', source.sha] as const]),
      ...(source === undefined ? [] : referenceTrailers(source)),
    ],
  };
}

function subjectOf({ placement, what }: ManifestChange): string {
  switch (what.kind) {
    case 'release':
      return `${placement}: release ${what.release}`;
    case 'settings':
      return `${placement}: settings of release ${what.release}`;
    case 'back':
      return `${placement}: back to release ${what.release}`;
    case 'task':
      return `${placement}: release task of release ${what.release}`;
    case 'revert':
      return `${placement}: as release ${what.release} asks for it again`;
    case 'unlock':
      return `${placement}: is about to be removed`;
    case 'empty':
      return `${placement}: was the last of its group`;
    case 'let-go':
      return `${placement}: is about to move to ${what.to}`;
    case 'move':
      return `${placement}: moved to ${what.to}`;
    case 'remove':
      return `${placement}: removed`;
  }
}

const prefix = 'Argocd-reference-commit-';

/** As Argo CD reads them: one line each, the body as a JSON string. */
function referenceTrailers(source: SourceCommit): readonly (readonly [string, string])[] {
  const { author, date, subject, body } = source;
  return [
    [`${prefix}sha`, source.sha],
    [`${prefix}repourl`, line(source.repository)],
    ...(author === undefined
      ? []
      : [[`${prefix}author`, `${phrase(author.name)} <${line(author.email)}>`] as const]),
    ...(date === undefined ? [] : [[`${prefix}date`, date] as const]),
    ...(subject === undefined ? [] : [[`${prefix}subject`, line(subject)] as const]),
    ...(body === undefined || body === ''
      ? []
      : [[`${prefix}body`, jsonWithin(body, mostBody)] as const]),
  ];
}

const mostLine = 500;
const mostBody = 4000;

/** The beginning of a text as JSON that is no longer than that, and whole: what was cut would be no JSON any more. */
function jsonWithin(text: string, most: number): string {
  let kept = text.slice(0, most);
  for (;;) {
    const json = JSON.stringify(kept);
    if (json.length <= most) return json;
    kept = kept.slice(0, Math.floor((kept.length * most) / (json.length + 2)));
  }
}

/** One line: no trailer of its own can be smuggled in by what somebody typed. */
const line = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, mostLine);

/** A name as an address may have it: quoted when it holds what means something there. */
const phrase = (name: string): string =>
  /^[\w !#$%&'*+/=?^`{|}~-]*$/.test(name)
    ? line(name)
    : `"${line(name).replace(/["\\]/g, (sign) => `\\${sign}`)}"`;
