import { TokenScope, UserName } from '@pltf/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useClient } from '../../api/client-context.ts';
import { Button } from '../../parts/button.tsx';
import { CopyLine } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { Notice, ProblemNotice } from '../../parts/notice.tsx';
import { useMe } from '../../session/session.tsx';

const scopeWords: Readonly<Record<TokenScope, string>> = {
  read: 'Read: look at everything its person may see',
  write: 'Write: create, deploy and operate',
  git: 'Git: clone and push',
};
const lifetimes = [7, 30, 90, 365];

/** Asks for a token, then shows it this once. */
export function NewToken({ onClose }: { readonly onClose: () => void }): ReactNode {
  const client = useClient();
  const queryClient = useQueryClient();
  const make = useMutation({
    mutationFn: (body: Parameters<typeof client.createToken>[0]['body']) =>
      client.createToken({ body }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['tokens'] }),
  });
  return (
    <Dialog
      title={make.data === undefined ? 'New token' : `Token ${make.data.name}`}
      onClose={onClose}
    >
      {make.data === undefined ? (
        <TokenForm
          error={make.error}
          busy={make.isPending}
          onSubmit={make.mutate}
          onClose={onClose}
        />
      ) : (
        <>
          <div className="dialog-body dialog-form">
            <Notice tone="good" title="Copy it now">
              <p>It is shown this once. Only its hash is kept, so nobody can show it again.</p>
            </Notice>
            <CopyLine wrap text={make.data.token} what="token" />
          </div>
          <div className="dialog-foot">
            <Button look="primary" onClick={onClose}>
              I have it
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

interface TokenFormProps {
  readonly error: Error | null;
  readonly busy: boolean;
  readonly onSubmit: (body: {
    name: string;
    scopes: TokenScope[];
    days: number;
    machine?: string;
  }) => void;
  readonly onClose: () => void;
}

function TokenForm({ error, busy, onSubmit, onClose }: TokenFormProps): ReactNode {
  const platform = useMe().user.role === 'platform';
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly TokenScope[]>(['git']);
  const [days, setDays] = useState(30);
  const [machine, setMachine] = useState('');
  const [tried, setTried] = useState(false);
  const machineFlaw =
    machine === '' || UserName.safeParse(machine).success
      ? undefined
      : 'Lower-case letters, digits, dots and dashes';
  const nameFlaw = name.trim() === '' ? 'A name helps to know it again' : undefined;
  const scopeFlaw = scopes.length === 0 ? 'Choose what it may do' : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (nameFlaw !== undefined || scopeFlaw !== undefined || machineFlaw !== undefined || busy)
      return;
    onSubmit({
      name: name.trim(),
      scopes: [...scopes],
      days,
      ...(machine === '' ? {} : { machine }),
    });
  };
  return (
    <form onSubmit={submit}>
      <div className="dialog-body dialog-form">
        <Field
          label="Name"
          required
          flaw={tried ? nameFlaw : undefined}
          help="Where it will be used: laptop, ci, …"
        >
          {(control) => (
            <input
              {...control}
              className="input"
              maxLength={100}
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <fieldset className="field">
          <legend className="field-label">It may</legend>
          <div className="stack-tight">
            {TokenScope.options.map((scope) => (
              <label key={scope} className="check">
                <input
                  type="checkbox"
                  checked={scopes.includes(scope)}
                  onChange={(event) =>
                    setScopes(
                      event.target.checked
                        ? [...scopes, scope]
                        : scopes.filter((held) => held !== scope),
                    )
                  }
                />
                {scopeWords[scope]}
              </label>
            ))}
          </div>
          {tried && scopeFlaw !== undefined ? <p className="field-flaw">{scopeFlaw}</p> : null}
        </fieldset>
        <Field label="Expires after">
          {(control) => (
            <select
              {...control}
              className="input"
              value={days}
              onChange={(event) => setDays(Number(event.target.value))}
            >
              {lifetimes.map((count) => (
                <option key={count} value={count}>
                  {count} days
                </option>
              ))}
            </select>
          )}
        </Field>
        {platform ? (
          <Field
            label="Machine"
            optional
            flaw={machineFlaw}
            help="A token of a machine's own instead of yours; names the machine."
          >
            {(control) => (
              <input
                {...control}
                className="input input-mono"
                maxLength={40}
                autoComplete="off"
                value={machine}
                onChange={(event) => setMachine(event.target.value)}
              />
            )}
          </Field>
        ) : null}
        {error === null ? null : <ProblemNotice error={error} />}
      </div>
      <div className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={busy}>
          Make the token
        </Button>
      </div>
    </form>
  );
}
