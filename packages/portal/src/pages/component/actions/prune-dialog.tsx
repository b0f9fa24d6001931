import type { PlacementView } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { useClient } from '../../../api/client-context.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface PruneDialogProps {
  readonly placement: PlacementView;
  /** As the placement calls it: `volume volume-users-api`. */
  readonly what: string;
  readonly onClose: () => void;
}

/** Deletes what nothing wants any more, once its very name was typed: what is in it cannot be made again. */
export function PruneDialog({ placement, what, onClose }: PruneDialogProps): ReactNode {
  const client = useClient();
  const { id, environment } = placement;
  return (
    <ConfirmDialog
      danger
      title={`Delete what is kept in ${environment}`}
      goes={[`${what}, with all that is in it`]}
      typed={what}
      submit="Delete for good"
      accepted={`${what} is being deleted`}
      run={(why, options) =>
        client.prune({ params: { placement: id }, body: { confirm: [what], ...why } }, options)
      }
      onClose={onClose}
    >
      <p>
        No release of {id} wants it any more. There is no way back: no rollback, no restart and no
        new release brings it again.
      </p>
    </ConfirmDialog>
  );
}
