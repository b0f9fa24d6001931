import { Compass } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { Empty } from '../../parts/empty.tsx';
import { Page } from '../../parts/page.tsx';

/** For an address that leads nowhere, or to something that is gone. */
export function LostPage({ what = 'page' }: { readonly what?: string }): ReactNode {
  const [location] = useLocation();
  return (
    <Page title="Not found">
      <div className="panel">
        <Empty
          icon={Compass}
          title={`There is no such ${what}`}
          text={`Nothing is at ${location}. It may have been deleted, or the address has a slip in it.`}
        >
          <Link href="/" className="button button-primary">
            All services
          </Link>
        </Empty>
      </div>
    </Page>
  );
}
