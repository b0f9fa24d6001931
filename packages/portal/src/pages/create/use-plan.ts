import type { CreateComponent, CreationPlan } from '@pltf/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useClient } from '../../api/client-context.ts';
import { troubleOf } from '../../api/problems.ts';
import { useRested } from '../catalogue/use-catalogue.ts';
import { diffPlans, noDiff, type PlanDiff } from './plan-diff.ts';

/** Long enough that a word typed quickly is one question, short enough to feel live. */
const typingMs = 180;

interface LivePlan {
  readonly plan: CreationPlan | undefined;
  /** What is typed now cannot be planned; the plan is of what could be. */
  readonly stale: boolean;
  readonly diff: PlanDiff;
  /** The plan on the screen is of what was typed before. */
  readonly behind: boolean;
  readonly problems: CreationPlan['problems'];
  readonly error: Error | null;
  readonly retry: () => void;
}

/** What the request would make, asked again whenever typing rests. */
export function usePlan(request: CreateComponent): LivePlan {
  const client = useClient();
  const asked = useRested(JSON.stringify(request), typingMs);
  const query = useQuery({
    queryKey: ['plan', asked],
    queryFn: ({ signal }) =>
      client.planComponent({ body: JSON.parse(asked) as CreateComponent }, { signal }),
    placeholderData: keepPreviousData,
    // A name can be taken by somebody else meanwhile.
    staleTime: 10_000,
    gcTime: 60_000,
  });
  // With a flaw in it a request cannot be rendered at all; the last plan that could be stays in sight.
  const whole = useLast(query.data, (plan) => plan.files.length > 0);
  const diff = useDiff(whole);
  const errors = query.error === null ? [] : troubleOf(query.error).errors;
  return {
    plan: whole ?? query.data,
    stale: whole !== undefined && whole !== query.data,
    diff,
    behind: query.isFetching || asked !== JSON.stringify(request),
    problems: errors.length > 0 ? [...errors] : (query.data?.problems ?? []),
    error: errors.length > 0 ? null : query.error,
    retry: () => void query.refetch(),
  };
}

/** The last value that is good; the same until a better one comes. */
function useLast<T>(value: T | undefined, good: (value: T) => boolean): T | undefined {
  const [last, setLast] = useState<T>();
  if (value === undefined || value === last || !good(value)) return last;
  setLast(value);
  return value;
}

/** Against the plan shown before; the same until another plan comes. */
function useDiff(plan: CreationPlan | undefined): PlanDiff {
  const [held, setHeld] = useState({ plan, diff: noDiff });
  if (plan === undefined || plan === held.plan) return held.diff;
  const diff = diffPlans(held.plan, plan);
  setHeld({ plan, diff });
  return diff;
}
