import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useClient } from '../../api/client-context.ts';
import { tokensQuery } from '../../api/queries.ts';
import type { Token } from '../../api/views.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { Ago, Until } from '../../parts/time.tsx';
import { NewToken } from './new-token.tsx';

export function TokensPage(): ReactNode {
  const tokens = useQuery(tokensQuery(useClient()));
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  return (
    <Page
      title="Tokens"
      lead="For git, the command line and machines. A token never may more than its person; only its hash is kept."
      actions={
        <Button
          look="primary"
          icon={<Plus size={16} aria-hidden />}
          onClick={() => setMaking(true)}
        >
          New token
        </Button>
      }
    >
      <section className="panel" aria-label="Tokens">
        {tokens.data === undefined ? (
          tokens.error === null ? (
            <div className="panel-body">
              <SkeletonLines lines={4} />
            </div>
          ) : (
            <ProblemNotice
              error={tokens.error}
              onRetry={() => void tokens.refetch()}
              retrying={tokens.isFetching}
            />
          )
        ) : tokens.data.items.length === 0 ? (
          <Empty
            icon={KeyRound}
            title="No token yet"
            text="Git asks for one when you push; `pltf login` makes one for your command line."
          />
        ) : (
          <TokenTable tokens={tokens.data.items} onRevoke={setRevoking} />
        )}
      </section>
      {making ? <NewToken onClose={() => setMaking(false)} /> : null}
      {revoking === undefined ? null : (
        <Revoke token={revoking} onClose={() => setRevoking(undefined)} />
      )}
    </Page>
  );
}

interface TokenTableProps {
  readonly tokens: readonly Token[];
  readonly onRevoke: (token: Token) => void;
}

function TokenTable({ tokens, onRevoke }: TokenTableProps): ReactNode {
  return (
    <div className="scroll-x">
      <table className="table">
        <caption className="unseen">Tokens</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Of</th>
            <th scope="col">May</th>
            <th scope="col">Last used</th>
            <th scope="col">Expires</th>
            <th scope="col">
              <span className="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <td>
                <span className="strong cut token-name" title={token.name}>
                  {token.name}
                </span>
                <code className="small faint">{token.hint}</code>
              </td>
              <td>
                {token.user}
                {token.kind === 'machine' ? <span className="tag token-kind">machine</span> : null}
              </td>
              <td>
                <span className="row row-wrap">
                  {token.scopes.map((scope) => (
                    <span key={scope} className="tag">
                      {scope}
                    </span>
                  ))}
                </span>
              </td>
              <td className="shrink">
                {token.lastUsedAt === undefined ? (
                  <span className="faint">never</span>
                ) : (
                  <Ago at={token.lastUsedAt} />
                )}
              </td>
              <td className="shrink">
                <Until at={token.expiresAt} />
              </td>
              <td className="shrink">
                <Button
                  size="small"
                  look="danger"
                  aria-label={`Revoke ${token.name}`}
                  onClick={() => onRevoke(token)}
                >
                  Revoke
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Revoke({
  token,
  onClose,
}: {
  readonly token: Token;
  readonly onClose: () => void;
}): ReactNode {
  const client = useClient();
  const queryClient = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => client.revokeToken({ params: { id: token.id } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['tokens'] });
      onClose();
    },
  });
  return (
    <Dialog title={`Revoke ${token.name}`} onClose={onClose}>
      <div className="dialog-body dialog-form">
        <p>
          Whatever uses it stops working at once
          {token.lastUsedAt === undefined ? '; it was never used.' : '.'} It cannot be brought back.
        </p>
        {revoke.error === null ? null : <ProblemNotice error={revoke.error} />}
      </div>
      <div className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger-solid" busy={revoke.isPending} onClick={() => revoke.mutate()}>
          Revoke it
        </Button>
      </div>
    </Dialog>
  );
}
