import type { Plan, Verdict } from '@pltf/contracts';

/** One thing that a check has to say of one place. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly level: 'error' | 'warning' | 'note';
  /** A guardrail's id, or `thin-file` for what keeps the file from being understood. */
  readonly rule: string;
  readonly title: string;
  readonly message: string;
  readonly why?: string;
  readonly remedy?: string;
  /** Where it holds; none for the whole file. */
  readonly environments: readonly string[];
  /** What is the same for the same finding from one run to the next. */
  readonly fingerprint: string;
}

/** One document that was checked. */
export interface Checked {
  readonly file: string;
  readonly plan: Plan;
  readonly findings: readonly Finding[];
}

export const problemRule = 'thin-file';
const lackRule = 'cannot-be-given';

const levels: Readonly<Record<Verdict['state'], Finding['level']>> = {
  pass: 'note',
  warn: 'warning',
  deny: 'error',
  error: 'error',
  excepted: 'note',
};

/** Everything that a plan has to say of its file, the same finding of several environments once. */
export function findingsOf(file: string, plan: Plan): readonly Finding[] {
  const problems = plan.problems.map(
    ({ where, message, fix }): Finding => ({
      ...place(file, where),
      level: 'error',
      rule: problemRule,
      title: 'The file is not valid',
      message,
      ...(fix === undefined ? {} : { remedy: fix }),
      environments: [],
      fingerprint: `${problemRule}/${where}/${message}`,
    }),
  );
  const found = new Map<string, Finding>();
  for (const verdict of plan.verdicts.filter(({ state }) => state !== 'pass')) {
    const finding = ofVerdict(file, plan.component, verdict);
    const key = `${finding.fingerprint}/${finding.line}/${finding.level}/${finding.message}`;
    const before = found.get(key);
    const environments = [...(before?.environments ?? []), ...finding.environments];
    found.set(key, { ...finding, environments });
  }
  for (const lack of plan.lacks) {
    const finding = ofLack(file, plan.component, lack);
    const key = `${finding.fingerprint}/${finding.message}`;
    const environments = [...(found.get(key)?.environments ?? []), ...finding.environments];
    found.set(key, { ...finding, environments });
  }
  return [...problems, ...found.values()];
}

function ofVerdict(file: string, component: string, verdict: Verdict): Finding {
  const { guardrail, title, state, mode, message, remedy, why, environment, exception } = verdict;
  const excepted =
    exception === undefined
      ? ''
      : ` (exception ${exception.id} until ${exception.expires.slice(0, 10)})`;
  return {
    ...place(file, verdict.where),
    level: state === 'warn' && mode === 'audit' ? 'note' : levels[state],
    rule: guardrail,
    title,
    message: `${message ?? title}${excepted}`,
    why,
    remedy,
    environments: environment === undefined ? [] : [environment],
    fingerprint: `${guardrail}/${component}/${verdict.path ?? ''}`,
  };
}

/** What runs without it may well be meant so: it keeps nobody from going on. */
const ofLack = (
  file: string,
  component: string,
  { environment, what, because, where }: Plan['lacks'][number],
): Finding => ({
  ...place(file, where),
  level: 'warning',
  rule: lackRule,
  title: 'It is asked for and cannot be given where it would run',
  message: `${what}: ${because}`,
  environments: environment === undefined ? [] : [environment],
  fingerprint: `${lackRule}/${component}/${what}`,
});

/** `file:line:column`; the file's beginning where a place is not known. */
function place(file: string, where: string | undefined): Pick<Finding, 'file' | 'line' | 'column'> {
  const found = /:(\d+):(\d+)$/.exec(where ?? '');
  return { file, line: Number(found?.[1] ?? 1), column: Number(found?.[2] ?? 1) };
}
