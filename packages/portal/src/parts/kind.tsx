import type { ComponentKind } from '@pltf/contracts';
import { CalendarClock, Cog, Database, Globe, LayoutTemplate } from 'lucide-react';
import type { ReactNode } from 'react';

const icons = {
  service: Globe,
  worker: Cog,
  job: CalendarClock,
  site: LayoutTemplate,
  resource: Database,
} as const;
export const kindWords: Readonly<Record<ComponentKind, string>> = {
  service: 'Service',
  worker: 'Worker',
  job: 'Job',
  site: 'Site',
  resource: 'Resource',
};

export function KindIcon({
  kind,
  size = 16,
}: {
  readonly kind: ComponentKind;
  readonly size?: number;
}): ReactNode {
  const Icon = icons[kind];
  return <Icon size={size} strokeWidth={1.8} aria-hidden />;
}
