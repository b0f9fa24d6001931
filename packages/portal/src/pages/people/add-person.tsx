import { PlatformRole, UserName } from '@pltf/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useClient } from '../../api/client-context.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { LinkToGive } from './sign-in-link.tsx';

const roleWords: Readonly<Record<PlatformRole, string>> = {
  member: 'member: acts through teams',
  auditor: 'auditor: reads everything, changes nothing',
  platform: 'platform: may do everything',
};

/** Adds somebody and shows the link with which they sign in. */
export function AddPerson({ onClose }: { readonly onClose: () => void }): ReactNode {
  const client = useClient();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [role, setRole] = useState<PlatformRole>('member');
  const [tried, setTried] = useState(false);
  const add = useMutation({
    mutationFn: () =>
      client.createUser({
        body: {
          name,
          role,
          ...(displayName.trim() === '' ? {} : { displayName: displayName.trim() }),
        },
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['users'] }),
  });
  const valid = UserName.safeParse(name);
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
  if (add.data !== undefined) {
    return (
      <Dialog title={`${add.data.user.displayName} is added`} onClose={onClose}>
        <div className="dialog-body dialog-form">
          <LinkToGive url={add.data.url} user={add.data.user.name} />
        </div>
        <div className="dialog-foot">
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="Add a person" onClose={onClose}>
      <form onSubmit={submit}>
        <div className="dialog-body dialog-form">
          <Field
            label="Account name"
            required
            flaw={flaw}
            help="Lower-case letters, digits, dots and dashes. It cannot be changed."
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
          <Field label="Full name" optional>
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
          <Field label="Role">
            {(control) => (
              <select
                {...control}
                className="input"
                value={role}
                onChange={(event) => setRole(PlatformRole.parse(event.target.value))}
              >
                {PlatformRole.options.toReversed().map((option) => (
                  <option key={option} value={option}>
                    {roleWords[option]}
                  </option>
                ))}
              </select>
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
