import type { ComponentDetail, PlacementView, ReleaseView } from '@pltf/contracts';
import { type ReactNode, useState } from 'react';
import { useClient } from '../../../api/client-context.ts';
import { Field } from '../../../parts/field.tsx';
import { previousRelease } from '../lanes.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface ReleasePickerProps {
  readonly label: string;
  readonly releases: readonly ReleaseView[];
  readonly warm: readonly number[];
  readonly value: number | undefined;
  readonly onChange: (release: number) => void;
}

function ReleasePicker({ label, releases, warm, value, onChange }: ReleasePickerProps): ReactNode {
  return (
    <Field label={label}>
      {(control) => (
        <select
          {...control}
          className="input"
          value={value ?? ''}
          onChange={(event) => onChange(Number(event.target.value))}
        >
          {releases.map(({ number, subject }) => (
            <option key={number} value={number}>
              #{number} {warm.includes(number) ? '(warm, at once) ' : ''}
              {subject}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface RollbackProps {
  readonly component: ComponentDetail;
  readonly placement: PlacementView;
  readonly to: number | undefined;
  readonly onClose: () => void;
}

export function RollbackDialog({ component, placement, to, onClose }: RollbackProps): ReactNode {
  const client = useClient();
  const { environment, id, serving, warm } = placement;
  const [release, setRelease] = useState(
    to ?? previousRelease(placement, component.releases)?.number,
  );
  const candidates = component.releases.filter(
    ({ number, kept }) => kept && number !== serving?.number && number <= (serving?.number ?? 0),
  );
  const now = serving === undefined ? 'what serves' : `#${serving.number}`;
  return (
    <ConfirmDialog
      title={`Roll back ${environment}`}
      submit={release === undefined ? 'Roll back' : `Roll back to #${release}`}
      accepted={`Rolling back ${environment}${release === undefined ? '' : ` to #${release}`}`}
      not={release === undefined ? 'No earlier release is kept.' : undefined}
      run={(why, options) =>
        client.rollback(
          {
            params: { placement: id },
            body: { ...(release === undefined ? {} : { to: release }), ...why },
          },
          options,
        )
      }
      onClose={onClose}
    >
      <p>
        {environment} goes from {now} back to an earlier release.{' '}
        {release !== undefined && warm.includes(release)
          ? 'It is still warm: traffic switches at once.'
          : 'It is started first; traffic switches when it is healthy.'}
      </p>
      <ReleasePicker
        label="Release"
        releases={candidates}
        warm={warm}
        value={release}
        onChange={setRelease}
      />
    </ConfirmDialog>
  );
}

interface DeployProps {
  readonly component: ComponentDetail;
  readonly placement: PlacementView;
  readonly release: number | undefined;
  readonly onClose: () => void;
}

export function DeployDialog({
  component,
  placement,
  release: asked,
  onClose,
}: DeployProps): ReactNode {
  const client = useClient();
  const kept = component.releases.filter((release) => release.kept);
  const [release, setRelease] = useState(asked ?? kept[0]?.number);
  const { environment, id, serving, warm } = placement;
  return (
    <ConfirmDialog
      title={`Deploy to ${environment}`}
      submit={release === undefined ? 'Deploy' : `Deploy #${release}`}
      accepted={`#${release ?? ''} is on its way to ${environment}`}
      not={release === undefined ? 'There is no release yet.' : undefined}
      run={(why, options) =>
        client.deploy(
          {
            params: { placement: id },
            body: { ...(release === undefined ? {} : { release }), ...why },
          },
          options,
        )
      }
      onClose={onClose}
    >
      <p>
        {serving === undefined
          ? `Nothing serves in ${environment} yet.`
          : `${environment} serves #${serving.number} now and goes on with it until the other one is healthy.`}
      </p>
      <ReleasePicker
        label="Release"
        releases={kept}
        warm={warm}
        value={release}
        onChange={setRelease}
      />
    </ConfirmDialog>
  );
}
