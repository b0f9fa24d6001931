import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react';
import { newIdempotencyKey } from '../../api/idempotency.ts';
import { isAway } from '../../api/problems.ts';
import type { Topic } from '../../live/event-effects.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { useToast } from '../../parts/toasts.tsx';

interface ReasonDialogProps<T> {
  readonly title: string;
  readonly submit: string;
  /** Said in passing once it is done. */
  readonly accepted: string;
  readonly danger?: boolean;
  readonly wide?: boolean;
  /** Characters that a reason has at least; 0: none is needed. */
  readonly shortest: number;
  /** Tried again after a lost answer it carries the same key, so that it is done once. */
  readonly run: (reason: string, options: { readonly idempotencyKey: string }) => Promise<T>;
  readonly onDone?: (answer: T) => void;
  /** What it makes old. */
  readonly old: readonly Topic[];
  readonly children?: ReactNode;
  readonly onClose: () => void;
}

/** Asks for the reason of a decision; it is kept with the decision and shown with it. */
export function ReasonDialog<T>(props: ReasonDialogProps<T>): ReactNode {
  const { title, submit, accepted, danger = false, wide = false, shortest, children } = props;
  const { run, onDone, old, onClose } = props;
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const toast = useToast();
  const queryClient = useQueryClient();
  const form = useId();
  const key = useRef(newIdempotencyKey());
  const mutation = useMutation({
    mutationFn: () => run(reason.trim(), { idempotencyKey: key.current }),
    onError: (error) => {
      if (!isAway(error)) key.current = newIdempotencyKey();
    },
    onSuccess: (answer) => {
      toast(accepted);
      onDone?.(answer);
      for (const topic of old) void queryClient.invalidateQueries({ queryKey: [topic] });
      onClose();
    },
  });
  const short = reason.trim().length < shortest;
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!short && !mutation.isPending) mutation.mutate();
  };
  return (
    <Dialog title={title} wide={wide} onClose={onClose}>
      <form id={form} className="dialog-body dialog-form" onSubmit={onSubmit}>
        {children}
        <Field
          label="Reason"
          required={shortest > 0}
          optional={shortest === 0}
          flaw={tried && short ? `At least ${shortest} characters` : undefined}
          help="Kept with the decision, and shown with it."
        >
          {(control) => (
            <textarea
              {...control}
              className="input"
              rows={3}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {mutation.error === null ? null : <ProblemNotice error={mutation.error} />}
      </form>
      <div className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          type="submit"
          form={form}
          look={danger ? 'danger-solid' : 'primary'}
          busy={mutation.isPending}
        >
          {submit}
        </Button>
      </div>
    </Dialog>
  );
}
