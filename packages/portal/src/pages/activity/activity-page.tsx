import type { ReactNode } from 'react';
import { Page } from '../../parts/page.tsx';
import { ActivityFeed } from './activity-feed.tsx';

export function ActivityPage(): ReactNode {
  return (
    <Page title="Activity" lead="Everything that people and the platform did, as it happens.">
      <ActivityFeed />
    </Page>
  );
}
