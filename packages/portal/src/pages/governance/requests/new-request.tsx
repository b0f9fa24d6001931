import { ComponentName } from '@pltf/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useClient } from '../../../api/client-context.ts';
import { newIdempotencyKey } from '../../../api/idempotency.ts';
import { isAway } from '../../../api/problems.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Field } from '../../../parts/field.tsx';
import { ProblemNotice } from '../../../parts/notice.tsx';
import { useToast } from '../../../parts/toasts.tsx';
import { ServiceField } from '../exceptions/request-fields.tsx';

interface Draft {
  readonly title: string;
  readonly what: string;
  readonly component: string;
}

function flawsOf({ title, what, component }: Draft): ReadonlyMap<string, string> {
  const flaws = new Map<string, string>();
  if (title.trim().length < 5) flaws.set('title', 'Name it, in at least five characters');
  if (what.trim().length < 10)
    flaws.set('what', 'Say what you need and what for, in at least ten characters');
  if (component !== '' && !ComponentName.safeParse(component).success)
    flaws.set('component', 'Name the service as the catalogue has it');
  return flaws;
}

/** Asks for what does not fit a golden path. */
export function NewRequest({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [draft, setDraft] = useState<Draft>({ title: '', what: '', component: '' });
  const [tried, setTried] = useState(false);
  const ask = useAsk(onClose);
  const flaws = flawsOf(draft);
  const shown = tried ? flaws : new Map<string, string>();
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (flaws.size === 0 && !ask.isPending) ask.mutate(draft);
  };
  return (
    <Dialog title="Ask for something" onClose={onClose}>
      <form noValidate onSubmit={onSubmit}>
        <div className="dialog-body dialog-form">
          <Field label="Title" required flaw={shown.get('title')}>
            {(control) => (
              <input
                {...control}
                className="input"
                maxLength={120}
                autoComplete="off"
                placeholder="A queue that keeps its order"
                value={draft.title}
                onChange={(event) => setDraft({ ...draft, title: event.target.value })}
              />
            )}
          </Field>
          <Field label="What you need, and what for" required flaw={shown.get('what')}>
            {(control) => (
              <textarea
                {...control}
                className="input"
                rows={6}
                maxLength={5000}
                value={draft.what}
                onChange={(event) => setDraft({ ...draft, what: event.target.value })}
              />
            )}
          </Field>
          <ServiceField
            label="Service"
            value={draft.component}
            flaw={shown.get('component')}
            onChange={(component) => setDraft({ ...draft, component })}
          />
          {ask.error === null ? null : <ProblemNotice error={ask.error} />}
        </div>
        <div className="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={ask.isPending}>
            Ask
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Sent again after a lost answer it carries the same key, so that it is asked once. */
function useAsk(onClose: () => void) {
  const client = useClient();
  const queryClient = useQueryClient();
  const toast = useToast();
  const [, go] = useLocation();
  const idempotencyKey = useRef(newIdempotencyKey());
  return useMutation({
    mutationFn: ({ title, what, component }: Draft) =>
      client.createRequest(
        {
          body: {
            title: title.trim(),
            what: what.trim(),
            ...(component === '' ? {} : { component }),
          },
        },
        { idempotencyKey: idempotencyKey.current },
      ),
    onError: (error) => {
      if (!isAway(error)) idempotencyKey.current = newIdempotencyKey();
    },
    onSuccess: ({ id, owner }) => {
      toast(`Asked; ${owner} answers`);
      void queryClient.invalidateQueries({ queryKey: ['requests'] });
      onClose();
      go(`/governance/requests/${id}`);
    },
  });
}
