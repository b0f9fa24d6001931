import type { CelFunction, Library } from '../evaluation/scope.ts';
import { needOpaque, needText } from '../library/arguments.ts';
import { CelList, CelOpaque, CelOptional, none } from '../values/cel-value.ts';
import { CelFailure } from '../values/failure.ts';
import { parseTimestamp } from '../values/times.ts';
import { parseUrl } from './url.ts';

type Format = (text: string) => readonly string[];

const type = 'kubernetes.NamedFormat';
const label = {
  length: 63,
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  message:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
};
const subdomain = {
  length: 253,
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  message:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
};
const label1035 = {
  length: 63,
  pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  message:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
};
const labelValue = {
  length: 63,
  pattern: /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
  message:
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
};
const namePart = {
  length: 63,
  pattern: /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/,
  message:
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
};

function shaped({ length, pattern, message }: typeof label): Format {
  return (text) => [
    ...(new TextEncoder().encode(text).length > length
      ? [`must be no more than ${length} bytes`]
      : []),
    ...(pattern.test(text) ? [] : [message]),
  ];
}

/** A prefix may end with a dash, which a generated ending follows. */
function prefix(format: Format): Format {
  return (text) => format(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -1)}a` : text);
}

function qualifiedName(text: string): readonly string[] {
  const parts = text.split('/');
  const name = parts.length === 2 ? (parts[1] ?? '') : text;
  if (parts.length > 2)
    return ["a qualified name has at most one '/', between a DNS subdomain and a name"];
  const before = parts.length === 2 ? (parts[0] ?? '') : undefined;
  return [
    ...(before === '' ? ['prefix part must be non-empty'] : []),
    ...(before ? shaped(subdomain)(before).map((problem) => `prefix part ${problem}`) : []),
    ...(name === '' ? ['name part must be non-empty'] : []),
    ...shaped(namePart)(name),
  ];
}

function when(holds: (text: string) => boolean, message: string): Format {
  return (text) => (holds(text) ? [] : [message]);
}

function isTimestamp(text: string): boolean {
  try {
    parseTimestamp(text);
    return true;
  } catch (error) {
    if (error instanceof CelFailure) return false;
    throw error;
  }
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

const formats: Readonly<Record<string, Format>> = {
  dns1123Label: shaped(label),
  dns1123Subdomain: shaped(subdomain),
  dns1035Label: shaped(label1035),
  qualifiedName,
  dns1123LabelPrefix: prefix(shaped(label)),
  dns1123SubdomainPrefix: prefix(shaped(subdomain)),
  dns1035LabelPrefix: prefix(shaped(label1035)),
  labelValue: shaped(labelValue),
  uri: when((text) => parseUrl(text) !== undefined, 'invalid URI for request'),
  uuid: when((text) => uuid.test(text), 'does not match the UUID format'),
  byte: when((text) => text !== '' && base64.test(text), 'invalid base64'),
  date: when(
    (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isTimestamp(`${text}T00:00:00Z`),
    'invalid date',
  ),
  datetime: when(isTimestamp, 'invalid datetime'),
};

const named: CelFunction = (_frame, name) => {
  const text = needText(name, 'format.named()');
  const format = Object.hasOwn(formats, text) ? formats[text] : undefined;
  return format === undefined ? none : new CelOptional(new CelOpaque(type, format, text));
};

export const namedFormats: Library = {
  functions: {
    ...Object.fromEntries(
      Object.entries(formats).map(([name, format]): [string, CelFunction] => [
        `format.${name}/0`,
        () => new CelOpaque(type, format, name),
      ]),
    ),
    'format.named/1': named,
  },
  methods: {
    'validate/1': (_frame, format, text) => {
      const problems = needOpaque<Format>(format, type, 'validate()').held(
        needText(text, 'validate()'),
      );
      return problems.length === 0 ? none : new CelOptional(new CelList(problems));
    },
  },
};
