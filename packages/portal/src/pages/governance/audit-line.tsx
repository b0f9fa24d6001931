import type { AuditAsOf } from '@pltf/contracts';
import { LoaderCircle, ScanSearch } from 'lucide-react';
import type { ReactNode } from 'react';
import { plural } from '../../format/count.ts';
import { Ago } from '../../parts/time.tsx';

/** When everything that runs was looked at last, and whether that is still how it is. */
export function AuditLine({ audit }: { readonly audit: AuditAsOf }): ReactNode {
  const Icon = audit.behind ? LoaderCircle : ScanSearch;
  return (
    <p className="row row-wrap small quiet audit-line" role="status">
      <Icon size={14} aria-hidden className={audit.behind ? 'spin' : ''} />
      {audit.asOf === undefined ? (
        'Nothing was audited yet; the first look is on its way.'
      ) : (
        <span>
          {plural(audit.placements, 'placement')} looked at <Ago at={audit.asOf} />
          {audit.behind ? '; something changed since, a new look is on its way' : ''}
        </span>
      )}
    </p>
  );
}
