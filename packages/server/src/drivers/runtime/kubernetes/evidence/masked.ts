import type { EvidenceObject } from '@pltf/contracts';

type Fields = EvidenceObject['content'];
type Value = Fields[string];

const mask = '[masked]';
/** Longer texts are cut: nobody looks for a fault in the middle of a file. */
const longestText = 4_096;

const word =
  'password|passwd|pwd|secret|token|credential|api[-_.]?key|private[-_.]?key|access[-_.]?key|dsn';
const isSecretName = new RegExp(`(?:${word}|auth(?:orization)?$)`, 'i');
/** Kubernetes' own fields that say where a secret is, and not what it is. */
const placesOfSecrets = /^(?:secret(?:Name|Key|Ref|Namespace)|tokenReviewer|serviceAccountToken)$/;
/** `--db-password` stands before its value. */
const isSecretFlag = new RegExp(`^--?[\\w.-]{0,60}(?:${word})[\\w.-]{0,60}$`, 'i');
/** `DB_PASSWORD=…`, `token: …`: bounded, and from the beginning of a word only, so that long texts cost no time. */
const assigned = new RegExp(
  `(?<![\\w.-])([\\w.-]{0,60}(?:${word})[\\w.-]{0,60}["']?\\s{0,5}[=:]\\s{0,5})("[^"\\n]{1,4096}"|'[^'\\n]{1,4096}'|[^\\s,;&"']{1,4096})`,
  'gi',
);
const inAddress = /:\/\/([^/\s:@]{0,200}):[^/\s@]{1,1024}@/g;
const privateKey = /-----BEGIN ([A-Z ]{0,40}PRIVATE KEY)-----[^-]{0,8192}(?:-----END \1-----)?/g;

/** A text without the secrets that it seems to hold, and not longer than anybody reads. */
export function maskedText(text: string): string {
  const short = text.length > longestText ? `${text.slice(0, longestText)}… (cut)` : text;
  return short
    .replace(privateKey, mask)
    .replace(inAddress, `://$1:${mask}@`)
    .replace(assigned, `$1${mask}`);
}

/** An object without who set which field, and without what is secret or looks so. */
export function maskedObject(object: {
  readonly kind: string;
  readonly [field: string]: unknown;
}): Fields {
  const { metadata, ...rest } = JSON.parse(JSON.stringify(object)) as Fields;
  const shown = { ...rest, metadata: withoutBooks(metadata) };
  const values = object.kind === 'Secret' ? hidden(shown) : shown;
  return maskedFields(values);
}

/** Of what kubectl applied, the whole object stands in an annotation. */
const books = new Set(['managedFields', 'kubectl.kubernetes.io/last-applied-configuration']);

const without = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => !books.has(field)));

function withoutBooks(metadata: Value | undefined): Fields {
  const { annotations, ...shown } = without((metadata ?? {}) as Fields);
  return annotations === undefined
    ? shown
    : { ...shown, annotations: without(annotations as Fields) };
}

const hidden = (secret: Fields): Fields =>
  Object.fromEntries(
    Object.entries(secret).map(([field, value]) =>
      field === 'data' || field === 'stringData'
        ? [field, Object.fromEntries(Object.keys(value as Fields).map((key) => [key, mask]))]
        : [field, value],
    ),
  );

/** The fields of any object, the same way. */
export const maskedFields = (fields: object): Fields => maskedValue(fields as Fields) as Fields;

function maskedValue(value: Value): Value {
  if (typeof value === 'string') return maskedText(value);
  if (Array.isArray(value)) return maskedList(value);
  if (typeof value !== 'object' || value === null) return value;
  const { name } = value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inside]) => {
      const called = field === 'value' && typeof name === 'string' ? name : field;
      return [field, isSecretValue(called, inside) ? mask : maskedValue(inside)];
    }),
  );
}

const isSecretValue = (called: string, value: Value): boolean =>
  typeof value === 'string' && !placesOfSecrets.test(called) && isSecretName.test(called);

const maskedList = (list: Value[]): Value =>
  list.map((one, index) => {
    const before = list[index - 1];
    const follows = typeof before === 'string' && isSecretFlag.test(before);
    return follows && typeof one === 'string' ? mask : maskedValue(one);
  });
