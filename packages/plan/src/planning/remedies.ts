import type { ThinFile, Verdict } from '@pltf/contracts';
import { isDenial } from './denial.ts';
import type { JudgedObject, PlanInput } from './plan-input.ts';
import { withChanges } from './thin-file-changes.ts';

export interface RemedyRequest {
  readonly judged: readonly JudgedObject[];
  readonly file: ThinFile;
  /** The objects that another text of the thin file would give; undefined when it cannot be read. */
  attempt(text: string): readonly JudgedObject[] | undefined;
}

/**
 * The verdicts, and with each failure only a remedy that was tried: the changed thin file is planned and judged by all
 * guardrails, heals what it is for, and breaks nothing else.
 */
export function judgeWithRemedies(input: PlanInput, request: RemedyRequest): readonly Verdict[] {
  const { now, facts, judge } = input;
  const context = { now, exceptions: facts.exceptions };
  const verdicts = judge(request.judged, context);
  return verdicts.map((verdict) => {
    const { fix, ...bare } = verdict;
    if (verdict.state === 'pass' || fix === undefined || fix.length === 0) return bare;
    const text = withChanges(input.text, fix);
    const objects = text === undefined ? undefined : request.attempt(text);
    if (objects === undefined) return bare;
    return heals(verdict, verdicts, judge(objects, context)) ? verdict : bare;
  });
}

const failed = ({ state }: Verdict): boolean => state !== 'pass';

function heals(verdict: Verdict, before: readonly Verdict[], after: readonly Verdict[]): boolean {
  const same = (one: Verdict): boolean =>
    one.guardrail === verdict.guardrail && one.subject === verdict.subject;
  if (after.some((one) => same(one) && failed(one))) return false;
  const denied = new Set(
    before.filter(isDenial).map(({ guardrail, subject }) => `${guardrail} ${subject}`),
  );
  return after
    .filter(isDenial)
    .every(({ guardrail, subject }) => denied.has(`${guardrail} ${subject}`));
}
