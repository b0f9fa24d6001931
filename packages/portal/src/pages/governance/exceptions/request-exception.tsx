import type { Api, InputOf } from '@pltf/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useClient } from '../../../api/client-context.ts';
import { platformQuery } from '../../../api/governance-queries.ts';
import { newIdempotencyKey } from '../../../api/idempotency.ts';
import { isAway } from '../../../api/problems.ts';
import { Answer } from '../../../parts/answer.tsx';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { ProblemNotice } from '../../../parts/notice.tsx';
import { useToast } from '../../../parts/toasts.tsx';
import { expiresAtOf, fieldDay, longestMs } from './expiry.ts';
import { type Draft, draftOf, flawsOf } from './request-draft.ts';
import { ExpiryField, ReasonFields, ScopeFields } from './request-fields.tsx';

type Body = InputOf<Api['requestException']>['body'];

/** What is known already of the exception that somebody is about to ask for. */
export interface Asked {
  readonly guardrail?: string;
  readonly component?: string;
  readonly environment?: string;
}

interface RequestExceptionProps {
  readonly asked: Asked;
  readonly onClose: () => void;
}

/** Asks to break a guardrail for a time; somebody else decides. */
export function RequestException({ asked, onClose }: RequestExceptionProps): ReactNode {
  const platform = useQuery(platformQuery(useClient()));
  return (
    <Dialog title="Request an exception" wide onClose={onClose}>
      {platform.data === undefined ? (
        <div className="dialog-body dialog-form">
          <Answer query={platform} lines={5}>
            {() => null}
          </Answer>
        </div>
      ) : (
        <RequestForm
          asked={asked}
          file={platform.data.file}
          environments={platform.data.file.environments.map(({ name }) => name)}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

interface RequestFormProps extends RequestExceptionProps {
  readonly file: Parameters<typeof longestMs>[0];
  readonly environments: readonly string[];
}

function RequestForm({ asked, file, environments, onClose }: RequestFormProps): ReactNode {
  const [opened] = useState(() => Date.now());
  const [draft, setDraft] = useState<Draft>(() => draftOf(asked, file, opened));
  const [tried, setTried] = useState(false);
  const ask = useAsk(onClose);
  const form = useRef<HTMLFormElement>(null);
  const longest = longestMs(file, draft.environment === '' ? undefined : draft.environment);
  const lastDay = fieldDay(opened + longest - 60_000);
  const flaws = flawsOf(draft, { today: fieldDay(opened), lastDay });
  const shown = tried ? flaws : new Map<string, string>();
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    const expiresAt = expiresAtOf(draft.day, Date.now(), longest);
    if (flaws.size > 0 || expiresAt === undefined)
      requestAnimationFrame(() =>
        form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus(),
      );
    else if (!ask.isPending) ask.mutate(bodyOf(draft, expiresAt));
  };
  return (
    <form ref={form} noValidate onSubmit={onSubmit}>
      <div className="dialog-body dialog-form">
        <p className="small quiet">
          It counts as a debt of your team, ends by itself, and covers only what is broken when it
          is approved. Somebody other than you decides.
        </p>
        <ScopeFields
          draft={draft}
          flaws={shown}
          environments={environments}
          guardrailKnown={asked.guardrail !== undefined}
          onChange={change}
        />
        <ReasonFields draft={draft} flaws={shown} onChange={change} />
        <ExpiryField
          draft={draft}
          flaw={shown.get('day')}
          today={opened}
          longest={longest}
          onChange={change}
        />
        {ask.error === null ? null : <ProblemNotice error={ask.error} />}
      </div>
      <div className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={ask.isPending}>
          Ask for it
        </Button>
      </div>
    </form>
  );
}

function bodyOf(draft: Draft, expiresAt: string): Body {
  const { guardrail, component, environment, reason, control, ticket } = draft;
  return {
    guardrail,
    scope: { component, ...(environment === '' ? {} : { environment }) },
    reason: reason.trim(),
    compensatingControl: control.trim(),
    ...(ticket.trim() === '' ? {} : { ticket: ticket.trim() }),
    expiresAt,
  };
}

/** Sent again after a lost answer it carries the same key, so that it is asked once. */
function useAsk(onClose: () => void) {
  const client = useClient();
  const queryClient = useQueryClient();
  const toast = useToast();
  const [, go] = useLocation();
  const idempotencyKey = useRef(newIdempotencyKey());
  return useMutation({
    mutationFn: (body: Body) =>
      client.requestException({ body }, { idempotencyKey: idempotencyKey.current }),
    onError: (error) => {
      if (!isAway(error)) idempotencyKey.current = newIdempotencyKey();
    },
    onSuccess: ({ id }) => {
      toast('Asked; an approver decides');
      void queryClient.invalidateQueries({ queryKey: ['exceptions'] });
      void queryClient.invalidateQueries({ queryKey: ['debts'] });
      onClose();
      go(`/governance/exceptions/${id}`);
    },
  });
}
