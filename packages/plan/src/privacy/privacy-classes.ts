import type { ErrorItem, Spec } from '@pltf/contracts';
import { nearest } from '../nearest.ts';

/** One kind of data about people. */
export interface DataClass {
  readonly id: string;
  readonly title: string;
  /** Article 9 GDPR and the like: needs more than the rest, and a plan apart from others. */
  readonly special: boolean;
}

/** Every class that `policy` may name; `pii` alone says that it is personal and not what. */
export const dataClasses: readonly DataClass[] = [
  { id: 'pii', title: 'Personal data of any kind', special: false },
  { id: 'pii.behaviour', title: 'What people did: clicks, purchases, histories', special: false },
  { id: 'pii.biometric', title: 'Faces, voices, fingerprints', special: true },
  { id: 'pii.children', title: 'Data of children', special: true },
  { id: 'pii.contact', title: 'Names, addresses, e-mail, telephone', special: false },
  {
    id: 'pii.credentials',
    title: 'Passwords, keys and answers to secret questions',
    special: false,
  },
  { id: 'pii.employment', title: 'Wages, appraisals, applications', special: false },
  { id: 'pii.financial', title: 'Accounts, cards, payments', special: false },
  { id: 'pii.health', title: 'Health and care', special: true },
  { id: 'pii.identity', title: 'Numbers of passports, taxes, insurance', special: false },
  { id: 'pii.location', title: 'Where people are and were', special: false },
  { id: 'pii.opinion', title: 'Belief, politics, union, origin, sexuality', special: true },
];

const known = new Map(dataClasses.map((one) => [one.id, one]));
const separators = /[\s+|;]+/;

export interface ReadClasses {
  /** Sorted; `pii` is among them as soon as one is; empty for none. */
  readonly classes: readonly string[];
  readonly problems: readonly (Omit<ErrorItem, 'where'> & { readonly key: string })[];
}

/**
 * The classes of a policy, in any of its forms: `pii: true`, `pii.health: true`, `pii: contact+health`,
 * `data: contact+health`. Several are joined by `+`.
 */
export function readClasses(policy: Spec['policy']): ReadClasses {
  const found = new Set<string>();
  const problems: (Omit<ErrorItem, 'where'> & { readonly key: string })[] = [];
  const take = (key: string, id: string): void => {
    const full = id === 'pii' || id.startsWith('pii.') ? id : `pii.${id}`;
    if (known.has(full)) found.add(full);
    else problems.push({ key, ...unknownClass(id, full) });
  };
  for (const [key, value] of Object.entries(policy)) {
    if (key.startsWith('pii.')) {
      if (value === true) take(key, key);
      else if (value !== false) problems.push({ key, ...noTruth(key) });
      else if (!known.has(key)) problems.push({ key, ...unknownClass(key, key) });
    } else if (key === 'pii' || key === 'data') {
      for (const id of idsOf(value)) take(key, id);
    }
  }
  if (found.size > 0 && policy['pii'] === false) {
    const message = `\`pii=false\` and ${[...found].toSorted().join(', ')} contradict each other`;
    problems.push({ key: 'pii', message, fix: 'Leave out `pii=false`, or the class.' });
  }
  if (found.size > 0) found.add('pii');
  return { classes: [...found].toSorted(), problems };
}

function idsOf(value: Spec['policy'][string]): readonly string[] {
  if (value === true) return ['pii'];
  if (typeof value !== 'string' || value === 'none') return [];
  return value.split(separators).filter((id) => id !== '');
}

function unknownClass(id: string, full: string): Omit<ErrorItem, 'where'> {
  const meant = nearest(full, known.keys());
  const all = dataClasses.map((one) => one.id).join(', ');
  return {
    message: `there is no class of data \`${id.slice(0, 60)}\``,
    fix: meant === undefined ? `There are: ${all}.` : `Did you mean \`${meant}\`?`,
  };
}

const noTruth = (key: string): Omit<ErrorItem, 'where'> => ({
  message: `policy: \`${key}\` is neither true nor false`,
  fix: `Write \`${key}=true\`.`,
});

export const isPersonal = (classes: readonly string[]): boolean => classes.length > 0;

/** Whether one of the classes needs more than the rest. */
export const isSpecial = (classes: readonly string[]): boolean =>
  classes.some((id) => known.get(id)?.special === true);
