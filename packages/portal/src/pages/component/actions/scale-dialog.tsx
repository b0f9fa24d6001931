import type { PlacementView } from '@pltf/contracts';
import { Minus, Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useClient } from '../../../api/client-context.ts';
import { plural } from '../../../format/count.ts';
import { Button } from '../../../parts/button.tsx';
import { Field } from '../../../parts/field.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface ScaleDialogProps {
  readonly placement: PlacementView;
  readonly onClose: () => void;
}

const least = 1;
const most = 100;

export function ScaleDialog({ placement, onClose }: ScaleDialogProps): ReactNode {
  const client = useClient();
  const { environment, id, desired } = placement;
  const [typed, setTyped] = useState(String(desired.instances));
  const wanted = Number(typed);
  const fits = Number.isInteger(wanted) && wanted >= least && wanted <= most;
  const set = (value: number): void => setTyped(String(Math.max(least, Math.min(most, value))));
  return (
    <ConfirmDialog
      title={`Scale ${environment}`}
      submit={fits ? `Scale to ${plural(wanted, 'instance')}` : 'Scale'}
      accepted={`Scaling ${environment} to ${typed}`}
      not={
        fits
          ? wanted === desired.instances
            ? 'It has this many already.'
            : undefined
          : `Between ${least} and ${most}`
      }
      run={(why, options) =>
        client.scale({ params: { placement: id }, body: { instances: wanted, ...why } }, options)
      }
      onClose={onClose}
    >
      <Field
        label="Instances"
        flaw={fits ? undefined : `A whole number between ${least} and ${most}`}
        help={`${plural(desired.instances, 'instance')} of size ${desired.size} now.`}
      >
        {(control) => (
          <div className="row">
            <Button
              icon={<Minus size={16} aria-hidden />}
              aria-label="One less"
              onClick={() => set(wanted - 1)}
            />
            <input
              {...control}
              className="input scale-input"
              inputMode="numeric"
              value={typed}
              onChange={(event) => setTyped(event.target.value.trim())}
            />
            <Button
              icon={<Plus size={16} aria-hidden />}
              aria-label="One more"
              onClick={() => set(wanted + 1)}
            />
          </div>
        )}
      </Field>
    </ConfirmDialog>
  );
}
