import type { ComponentDetail } from '@pltf/contracts';
import { ArrowUpRight, Ellipsis, GitBranch, Lock, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../../parts/button.tsx';
import { CopyLine } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { KindIcon, kindWords } from '../../parts/kind.tsx';
import { OutLink } from '../../parts/link.tsx';
import { Menu } from '../../parts/menu.tsx';
import { webAddress } from '../../parts/safe-url.ts';
import { Ago } from '../../parts/time.tsx';
import { WellnessPill } from '../../parts/wellness-mark.tsx';
import type { Acting } from './actions/asked.ts';
import { lanesOf } from './lanes.ts';

export function HeaderTitle({ component }: { readonly component: ComponentDetail }): ReactNode {
  const { name, wellness, state } = component;
  return (
    <span className="row row-wrap component-title">
      <span className="component-name">{name}</span>
      {state === 'ready' ? (
        <WellnessPill wellness={wellness} />
      ) : (
        <span className="pill pill-busy">{state}</span>
      )}
    </span>
  );
}

export function Lead({ component }: { readonly component: ComponentDetail }): ReactNode {
  const { kind, owner, description, path, createdAt } = component;
  return (
    <>
      {description === '' ? null : <span className="component-description">{description}</span>}
      <span className="row row-wrap small component-facts">
        <span className="row component-kind">
          <KindIcon kind={kind} size={14} /> {kindWords[kind]}
        </span>
        <span>
          owned by{' '}
          <Link href={`/?owner=${encodeURIComponent(owner)}`} className="strong">
            {owner}
          </Link>
        </span>
        {path === undefined ? null : <span>from {path}</span>}
        <span>
          created <Ago at={createdAt} />
        </span>
      </span>
    </>
  );
}

interface HeaderActionsProps {
  readonly component: ComponentDetail;
  readonly acting: Acting;
}

export function HeaderActions({ component, acting }: HeaderActionsProps): ReactNode {
  const [cloning, setCloning] = useState(false);
  // The address nearest to production.
  const url = lanesOf(component).findLast(
    ({ placements }) => webAddress(placements[0]?.url) !== undefined,
  )?.placements[0]?.url;
  return (
    <>
      {component.repository === undefined ? null : (
        <Button icon={<GitBranch size={16} aria-hidden />} onClick={() => setCloning(true)}>
          Clone
        </Button>
      )}
      {url === undefined ? null : (
        <OutLink url={url} className="button">
          Open <ArrowUpRight size={16} aria-hidden />
        </OutLink>
      )}
      {acting.may ? (
        <Menu
          label={`More for ${component.name}`}
          entries={[
            {
              id: 'delete',
              title: 'Delete…',
              bad: true,
              icon: <Trash2 size={16} aria-hidden />,
              onChoose: () => acting.ask({ do: 'delete' }),
            },
          ]}
          button={(props) => (
            <Button
              {...props}
              icon={<Ellipsis size={16} aria-hidden />}
              aria-label="More actions"
            />
          )}
        />
      ) : null}
      {cloning ? <CloneDialog component={component} onClose={() => setCloning(false)} /> : null}
    </>
  );
}

function CloneDialog({
  component,
  onClose,
}: {
  readonly component: ComponentDetail;
  readonly onClose: () => void;
}): ReactNode {
  const { repository, name } = component;
  if (repository === undefined) return null;
  return (
    <Dialog title={`Clone ${name}`} onClose={onClose}>
      <div className="dialog-body dialog-form">
        <CopyLine prompt="$" text={`git clone ${repository.cloneUrl}`} what="clone command" />
        <p className="small quiet">
          Git asks for a password: a token with the scope <code>git</code> is one.{' '}
          <Link href="/settings/tokens">Make a token</Link>, or let <code>pltf login</code> answer
          for you.
        </p>
        <p className="small quiet">
          A push to <code>{repository.defaultBranch}</code> goes to staging by itself, a push to any
          other branch to a preview of its own.
        </p>
      </div>
      <div className="dialog-foot">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}

export function ReadOnlyNote({ reason }: { readonly reason: string }): ReactNode {
  return (
    <p className="read-only small">
      <Lock size={14} aria-hidden /> {reason}
    </p>
  );
}
