import type { ComponentDetail, OperationView, PlacementView } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useClient } from '../../../api/client-context.ts';
import { plural } from '../../../format/count.ts';
import { whatGoes } from '../lanes.ts';
import type { Asked } from './asked.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { AdoptDriftDialog, RevertDriftDialog } from './drift-dialogs.tsx';
import { PruneDialog } from './prune-dialog.tsx';
import { DeployDialog, RollbackDialog } from './release-dialogs.tsx';
import { ScaleDialog } from './scale-dialog.tsx';
import { TaskDialog } from './task-dialog.tsx';

interface ActionDialogProps {
  readonly asked: Asked;
  readonly component: ComponentDetail;
  readonly onClose: () => void;
}

/** The dialog of each action. */
export function ActionDialog({ asked, component, onClose }: ActionDialogProps): ReactNode {
  switch (asked.do) {
    case 'promote':
      return <PromoteDialog {...asked} component={component} onClose={onClose} />;
    case 'rollback':
      return (
        <RollbackDialog
          component={component}
          placement={asked.placement}
          to={asked.to}
          onClose={onClose}
        />
      );
    case 'deploy':
      return (
        <DeployDialog
          component={component}
          placement={asked.placement}
          release={asked.release}
          onClose={onClose}
        />
      );
    case 'scale':
      return <ScaleDialog placement={asked.placement} onClose={onClose} />;
    case 'task':
      return <TaskDialog placement={asked.placement} onClose={onClose} />;
    case 'revert-drift':
      return <RevertDriftDialog placement={asked.placement} onClose={onClose} />;
    case 'adopt-drift':
      return <AdoptDriftDialog placement={asked.placement} onClose={onClose} />;
    case 'prune':
      return <PruneDialog placement={asked.placement} what={asked.what} onClose={onClose} />;
    case 'delete':
      return <DeleteDialog component={component} onClose={onClose} />;
    default:
      return <PlacementDialog action={asked.do} placement={asked.placement} onClose={onClose} />;
  }
}

interface PromoteProps {
  readonly from: string;
  readonly to: string;
  readonly release: number;
  readonly component: ComponentDetail;
  readonly onClose: () => void;
}

function PromoteDialog({ from, to, release, component, onClose }: PromoteProps): ReactNode {
  const client = useClient();
  const facts = component.releases.find(({ number }) => number === release);
  const there = component.placements.find(({ environment }) => environment === to)?.serving?.number;
  return (
    <ConfirmDialog
      title={`Promote #${release} to ${to}`}
      submit={`Promote to ${to}`}
      accepted={`#${release} is on its way to ${to}`}
      run={(why, options) =>
        client.promote(
          { params: { component: component.name }, body: { from, to, ...why } },
          options,
        )
      }
      onClose={onClose}
    >
      <p>
        The very release that serves in {from} goes to {to}, without a rebuild
        {there === undefined
          ? '.'
          : ` and without a dropped request. “Roll back” goes back to #${there}.`}
      </p>
      {facts === undefined ? null : (
        <p className="quiet small">
          <code>{facts.commit.slice(0, 7)}</code> {facts.subject}, {facts.author}
        </p>
      )}
    </ConfirmDialog>
  );
}

function DeleteDialog({
  component,
  onClose,
}: Pick<ActionDialogProps, 'component' | 'onClose'>): ReactNode {
  const client = useClient();
  const [, go] = useLocation();
  const { name } = component;
  return (
    <ConfirmDialog
      danger
      title={`Delete ${name}`}
      goes={whatGoes(component)}
      typed={name}
      submit={`Delete ${name}`}
      accepted={`${name} is being deleted`}
      run={(why, options) =>
        client.deleteComponent(
          { params: { component: name }, query: { confirm: name, ...why } },
          options,
        )
      }
      onDone={(answer) => go(`/operations/${(answer as OperationView).id}`)}
      onClose={onClose}
    >
      <p>
        Its addresses stop answering at once. The deletion ends when all of it is gone, and leaves a
        receipt.
      </p>
    </ConfirmDialog>
  );
}

type PlacementAction = 'restart' | 'stop' | 'start' | 'pause' | 'resume' | 'remove-preview';

interface PlacementDialogProps {
  readonly action: PlacementAction;
  readonly placement: PlacementView;
  readonly onClose: () => void;
}

function wordsOf(action: PlacementAction, { environment, url, desired, id }: PlacementView) {
  const all = plural(desired.instances, 'instance');
  switch (action) {
    case 'restart':
      return {
        title: `Restart in ${environment}`,
        submit: 'Restart',
        accepted: `Restarting in ${environment}`,
        text: `Replaces ${all} one after another. No request is dropped.`,
      };
    case 'stop':
      return {
        title: `Stop in ${environment}`,
        submit: `Stop in ${environment}`,
        accepted: `Stopping in ${environment}`,
        text: `Stops ${all}.${url === undefined ? '' : ` ${url} answers 503 with a note until it is started again.`}`,
      };
    case 'start':
      return {
        title: `Start in ${environment}`,
        submit: 'Start',
        accepted: `Starting in ${environment}`,
        text: `Starts ${all} of release #${desired.release}.`,
      };
    case 'pause':
      return {
        title: `Pause the rollout in ${environment}`,
        submit: 'Pause',
        accepted: `The rollout in ${environment} is paused`,
        text: 'It goes no further until somebody resumes it. What serves now serves on. Any other change ends the pause.',
      };
    case 'resume':
      return {
        title: `Resume the rollout in ${environment}`,
        submit: 'Resume',
        accepted: `The rollout in ${environment} goes on`,
        text: `Release #${desired.release} goes on from where it was paused.`,
      };
    default:
      return {
        title: `End the preview ${id}`,
        submit: 'End the preview',
        accepted: `${id} is going`,
        text: 'The branch stays; a push to it makes a new preview.',
      };
  }
}

const calls = {
  restart: 'restart',
  stop: 'stop',
  start: 'start',
  pause: 'pauseRollout',
  resume: 'resumeRollout',
} as const;

function PlacementDialog({ action, placement, onClose }: PlacementDialogProps): ReactNode {
  const client = useClient();
  const words = wordsOf(action, placement);
  const params = { placement: placement.id };
  // What people outside use is not stopped by a slip of the hand.
  const hurts =
    action === 'remove-preview' || (action === 'stop' && placement.environment !== 'preview');
  return (
    <ConfirmDialog
      title={words.title}
      submit={words.submit}
      accepted={words.accepted}
      danger={hurts}
      {...(hurts ? { typed: placement.id.split('.')[0] ?? placement.id } : {})}
      {...(action === 'remove-preview'
        ? { goes: [placement.id, ...(placement.url === undefined ? [] : [placement.url])] }
        : {})}
      run={(why, options): Promise<unknown> => {
        if (action === 'remove-preview') return client.removePreview({ params }, options);
        return client[calls[action]]({ params, body: why }, options);
      }}
      onClose={onClose}
    >
      <p>{words.text}</p>
    </ConfirmDialog>
  );
}
