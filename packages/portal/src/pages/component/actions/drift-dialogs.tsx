import type { OperationView, PlacementView } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useClient } from '../../../api/client-context.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface DriftDialogProps {
  readonly placement: PlacementView;
  readonly onClose: () => void;
}

/** Takes back what was changed by hand. */
export function RevertDriftDialog({ placement, onClose }: DriftDialogProps): ReactNode {
  const client = useClient();
  const { id, environment, drift } = placement;
  return (
    <ConfirmDialog
      title={`Take back what was changed in ${environment}`}
      submit="Take it back"
      accepted={`${id} goes back to what the platform asks`}
      run={(why, options) => client.revertDrift({ params: { placement: id }, body: why }, options)}
      onClose={onClose}
    >
      <p>
        {drift.map(({ object, field }) => `${field} of ${object}`).join(', ')}: as the platform
        asks. Whoever changed it can change it again.
      </p>
    </ConfirmDialog>
  );
}

/** Writes what was changed by hand into the thin file. */
export function AdoptDriftDialog({ placement, onClose }: DriftDialogProps): ReactNode {
  const client = useClient();
  const [, go] = useLocation();
  const { id, environment } = placement;
  return (
    <ConfirmDialog
      title={`Keep what was changed in ${environment}`}
      submit="Write it into the thin file"
      accepted={`The thin file of ${placement.component} is being changed`}
      run={(why, options) => client.adoptDrift({ params: { placement: id }, body: why }, options)}
      onDone={(answer) => go(`/operations/${(answer as OperationView).id}`)}
      onClose={onClose}
    >
      <p>
        One commit on the default branch, in your name. It goes the way of every change: pipeline,
        guardrails, promotion.
      </p>
    </ConfirmDialog>
  );
}
