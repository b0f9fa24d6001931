import { Menu as MenuIcon, Search, X } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Palette } from '../palette/palette.tsx';
import { Button } from '../parts/button.tsx';
import { Logo } from '../parts/logo.tsx';
import { useModal } from '../parts/use-modal.ts';
import { useMe } from '../session/session.tsx';
import { AccountMenu } from './account-menu.tsx';
import { ConnectionBanner, ConnectionWords } from './connection-banner.tsx';
import { Navigation } from './navigation.tsx';
import { useShortcuts } from './shortcuts.ts';

const modifier = /mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘' : 'Ctrl';

export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const [palette, setPalette] = useState(false);
  const [drawer, setDrawer] = useState(false);
  const [location] = useLocation();
  useShortcuts(() => setPalette((open) => !open));
  useEffect(() => setDrawer(false), [location]);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <div className="top">
        <Button
          look="plain"
          icon={<MenuIcon size={20} aria-hidden />}
          aria-label="Open the menu"
          onClick={() => setDrawer(true)}
        />
        <Brand />
        <Button
          look="plain"
          icon={<Search size={20} aria-hidden />}
          aria-label="Find anything"
          onClick={() => setPalette(true)}
        />
      </div>
      <Side onFind={() => setPalette(true)} />
      {drawer ? <Drawer onClose={() => setDrawer(false)} /> : null}
      <div className="shell-content">
        <ConnectionBanner />
        <main className="main" id="content" tabIndex={-1}>
          <div className="main-inner">{children}</div>
        </main>
      </div>
      {palette ? <Palette onClose={() => setPalette(false)} /> : null}
    </div>
  );
}

function Brand(): ReactNode {
  const { organisation } = useMe().platform;
  return (
    <Link href="/" className="brand" aria-label={`pltf of ${organisation}: all services`}>
      <Logo />
      <span className="brand-words">
        <span>pltf</span>
        <span className="cut brand-organisation" title={organisation}>
          {organisation}
        </span>
      </span>
    </Link>
  );
}

interface SideProps {
  readonly onFind?: () => void;
  readonly onChosen?: () => void;
  readonly head?: ReactNode;
}

function Side({ onFind, onChosen, head }: SideProps): ReactNode {
  return (
    <div className="side">
      {head ?? <Brand />}
      {onFind === undefined ? null : (
        <button type="button" className="jump" onClick={onFind}>
          <Search size={14} aria-hidden />
          <span>Find or do…</span>
          <kbd>{modifier} K</kbd>
        </button>
      )}
      <Navigation {...(onChosen === undefined ? {} : { onChosen })} />
      <div className="side-foot">
        <ConnectionWords />
        <AccountMenu />
      </div>
    </div>
  );
}

/** The side on small screens. */
function Drawer({ onClose }: { readonly onClose: () => void }): ReactNode {
  const dialog = useModal({ onClose, light: true });
  return (
    <dialog ref={dialog} className="drawer" aria-label="Menu">
      <Side
        onChosen={onClose}
        head={
          <div className="row row-spread">
            <Brand />
            <Button
              look="plain"
              icon={<X size={18} aria-hidden />}
              aria-label="Close the menu"
              onClick={onClose}
            />
          </div>
        }
      />
    </dialog>
  );
}
