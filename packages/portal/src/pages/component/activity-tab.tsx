import type { ReactNode } from 'react';
import { ActivityFeed } from '../activity/activity-feed.tsx';

export function ActivityTab({ component }: { readonly component: string }): ReactNode {
  return <ActivityFeed component={component} />;
}
