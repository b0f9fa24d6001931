import type { Client, ExceptionView } from '@pltf/contracts';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useClient } from '../../../api/client-context.ts';
import { plural } from '../../../format/count.ts';
import { Notice } from '../../../parts/notice.tsx';
import { ReasonDialog } from '../reason-dialog.tsx';
import { Exempts } from './exempts.tsx';

export type Decision = 'approve' | 'reject' | 'revoke' | 'withdraw';

interface DecideDialogProps {
  readonly decision: Decision;
  readonly exception: ExceptionView;
  readonly onClose: () => void;
}

const words = {
  approve: ['Approve the exception', 'Approve', 'Approved'],
  reject: ['Reject the exception', 'Reject', 'Rejected'],
  revoke: ['Revoke the exception', 'Revoke', 'Revoked'],
  withdraw: ['Withdraw the request', 'Withdraw', 'Withdrawn'],
} as const;

/** Decides with a reason. Who approves sees everything that it exempts, and says so with its digest. */
export function DecideDialog({ decision, exception, onClose }: DecideDialogProps): ReactNode {
  const client = useClient();
  const queryClient = useQueryClient();
  const [title, submit, accepted] = words[decision];
  return (
    <ReasonDialog
      title={title}
      submit={submit}
      accepted={accepted}
      danger={decision === 'revoke'}
      wide={decision === 'approve'}
      shortest={decision === 'withdraw' ? 0 : 3}
      run={(reason, options) => send(client, decision, exception, reason, options)}
      onDone={(view) => queryClient.setQueryData(['exceptions', 'one', exception.id], view)}
      old={['exceptions', 'guardrails', 'verdicts', 'debts', 'component-plan']}
      onClose={onClose}
    >
      <Consequence decision={decision} exception={exception} />
    </ReasonDialog>
  );
}

function send(
  client: Client,
  decision: Decision,
  { id, exemptsDigest }: ExceptionView,
  reason: string,
  options: { readonly idempotencyKey: string },
): Promise<ExceptionView> {
  const params = { id };
  switch (decision) {
    case 'approve':
      return client.approveException({ params, body: { reason, seen: exemptsDigest } }, options);
    case 'reject':
      return client.rejectException({ params, body: { reason } }, options);
    case 'revoke':
      return client.revokeException({ params, body: { reason } }, options);
    default:
      return client.withdrawException({ params, body: { reason } }, options);
  }
}

function Consequence({ decision, exception }: Omit<DecideDialogProps, 'onClose'>): ReactNode {
  const { exempts, state, owner, team, scope } = exception;
  if (decision === 'reject')
    return <p>{scope.component} has to pass the guardrail; who asked for it reads your reason.</p>;
  if (decision === 'withdraw') return <p>Nobody has to decide on it any more.</p>;
  if (decision === 'revoke')
    return (
      <p>
        {exempts.length === 0
          ? 'Nothing needs it: nothing changes.'
          : `${plural(exempts.length, 'failure')} will count again at once. What runs goes on running; the next change is refused until it passes.`}
      </p>
    );
  return (
    <>
      <p>
        {owner} of {team} answers for it. It covers exactly this, and nothing worse:
      </p>
      <div className="exempts-box">
        <Exempts exempts={exempts} state={state} />
      </div>
      {exempts.length === 0 ? (
        <Notice tone="warn" title="It would exempt nothing">
          <p>
            Nothing in its scope breaks the guardrail now. Ask what it is for before you approve.
          </p>
        </Notice>
      ) : null}
    </>
  );
}
