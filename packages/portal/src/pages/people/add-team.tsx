import { TeamName } from '@pltf/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useClient } from '../../api/client-context.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';

export function AddTeam({ onClose }: { readonly onClose: () => void }): ReactNode {
  const client = useClient();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [tried, setTried] = useState(false);
  const add = useMutation({
    mutationFn: () =>
      client.createTeam({
        body: { name, ...(displayName.trim() === '' ? {} : { displayName: displayName.trim() }) },
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['teams'] });
      onClose();
    },
  });
  const valid = TeamName.safeParse(name);
  const flaw =
    name === ''
      ? tried
        ? 'A name is needed'
        : undefined
      : valid.success
        ? undefined
        : valid.error.issues[0]?.message;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (valid.success && name !== '' && !add.isPending) add.mutate();
  };
  return (
    <Dialog title="Add a team" onClose={onClose}>
      <form onSubmit={submit}>
        <div className="dialog-body dialog-form">
          <Field
            label="Name"
            required
            flaw={flaw}
            help="Lower-case letters, digits and dashes, as in team-identity."
          >
            {(control) => (
              <input
                {...control}
                className="input input-mono"
                maxLength={40}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Field label="What people call it" optional>
            {(control) => (
              <input
                {...control}
                className="input"
                maxLength={100}
                autoComplete="off"
                value={displayName}
                onChange={(event) => setDisplayName(event.target.value)}
              />
            )}
          </Field>
          {add.error === null ? null : <ProblemNotice error={add.error} />}
        </div>
        <div className="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={add.isPending}>
            Add
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
