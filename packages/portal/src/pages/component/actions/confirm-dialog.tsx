import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react';
import { newIdempotencyKey } from '../../../api/idempotency.ts';
import { isAway } from '../../../api/problems.ts';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Field } from '../../../parts/field.tsx';
import { ProblemNotice } from '../../../parts/notice.tsx';
import { useToast } from '../../../parts/toasts.tsx';

/** `why` is kept with the event; empty is none. */
export interface Why {
  readonly why?: string;
}

interface ConfirmDialogProps {
  readonly title: string;
  readonly children?: ReactNode;
  /** What will be gone, line by line. */
  readonly goes?: readonly string[];
  /** Must be typed before it can be done. */
  readonly typed?: string;
  readonly submit: string;
  readonly danger?: boolean;
  /** Why it cannot be sent yet. */
  readonly not?: string | undefined;
  /** Sends it; tried again after a lost answer it carries the same key, so that it is done once. */
  readonly run: (why: Why, options: { readonly idempotencyKey: string }) => Promise<unknown>;
  /** Said in passing once it is accepted. */
  readonly accepted: string;
  readonly onDone?: (answer: unknown) => void;
  readonly onClose: () => void;
}

/** Where a name of several words begins and ends is to be seen. */
const quoted = (name: string): string => (name.includes(' ') ? `“${name}”` : name);

/** Asks before something is done: what happens, what goes, why one does it. */
export function ConfirmDialog(props: ConfirmDialogProps): ReactNode {
  const {
    title,
    children,
    goes = [],
    typed,
    submit,
    danger = false,
    not,
    run,
    accepted,
    onDone,
    onClose,
  } = props;
  const [why, setWhy] = useState('');
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  const toast = useToast();
  const queryClient = useQueryClient();
  const form = useId();
  const key = useRef(newIdempotencyKey());
  const mutation = useMutation({
    mutationFn: () =>
      run(why.trim() === '' ? {} : { why: why.trim() }, { idempotencyKey: key.current }),
    onError: (error) => {
      if (!isAway(error)) key.current = newIdempotencyKey();
    },
    onSuccess: (answer) => {
      toast(accepted);
      // The event will come too; a person who acted should not wait for it.
      void queryClient.invalidateQueries({ queryKey: ['component'] });
      onClose();
      onDone?.(answer);
    },
  });
  const mistyped = typed !== undefined && name !== typed;
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!mistyped && not === undefined && !mutation.isPending) mutation.mutate();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form id={form} className="dialog-body dialog-form" onSubmit={onSubmit}>
        {children}
        {goes.length === 0 ? null : (
          <div className="stack-tight">
            <p className="small strong">This will be gone, for good:</p>
            <ul className="goes">
              {goes.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </div>
        )}
        {typed === undefined ? null : (
          <Field
            label={`Type ${quoted(typed)} to confirm`}
            required
            flaw={tried && mistyped ? `Not the same as ${quoted(typed)}` : undefined}
          >
            {(control) => (
              <input
                {...control}
                className="input input-mono"
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                maxLength={Math.max(100, typed.length)}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        )}
        <Field
          label="Why"
          optional
          help="Kept with the event, for everybody who looks at it later."
        >
          {(control) => (
            <textarea
              {...control}
              className="input why"
              rows={2}
              maxLength={500}
              value={why}
              onChange={(event) => setWhy(event.target.value)}
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
          not={not}
          busy={mutation.isPending}
        >
          {submit}
        </Button>
      </div>
    </Dialog>
  );
}
