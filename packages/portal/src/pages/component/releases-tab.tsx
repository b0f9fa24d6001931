import type { ComponentDetail, ReleaseView } from '@pltf/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Box, Package, Undo2, Upload } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { releasesQuery } from '../../api/queries.ts';
import { bytes, plural, shortCommit } from '../../format/count.ts';
import { Empty } from '../../parts/empty.tsx';
import type { MenuEntry } from '../../parts/menu.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { RowMenu } from '../../parts/row-menu.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { Ago } from '../../parts/time.tsx';
import type { Acting } from './actions/asked.ts';
import { ImageDialog } from './image-dialog.tsx';
import { lanesOf } from './lanes.ts';

interface ReleasesTabProps {
  readonly component: ComponentDetail;
  readonly acting: Acting;
}

export function ReleasesTab({ component, acting }: ReleasesTabProps): ReactNode {
  const query = useInfiniteQuery(releasesQuery(useClient(), component.name));
  const [imageOf, setImageOf] = useState<ReleaseView>();
  const releases = query.data?.pages.flatMap(({ items }) => items);
  if (releases === undefined) {
    if (query.error !== null)
      return (
        <ProblemNotice
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      );
    return (
      <div className="panel panel-body">
        <SkeletonLines lines={6} />
      </div>
    );
  }
  return (
    <section className="panel" aria-label="Releases">
      {releases.length === 0 ? (
        <Empty
          icon={Package}
          title="No release yet"
          text="A green pipeline makes one of each push: one commit, one archive, never rebuilt."
        />
      ) : (
        <div className="scroll-x">
          <table className="table">
            <caption className="unseen">Releases, newest first</caption>
            <thead>
              <tr>
                <th scope="col">Release</th>
                <th scope="col">Commit</th>
                <th scope="col">Placed in</th>
                <th scope="col" className="number">
                  Size
                </th>
                <th scope="col" className="number">
                  Age
                </th>
                <th scope="col">
                  <span className="unseen">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {releases.map((release) => (
                <Release
                  key={release.number}
                  release={release}
                  component={component}
                  acting={acting}
                  onImage={setImageOf}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More query={query} />
      {imageOf === undefined ? null : (
        <ImageDialog release={imageOf} onClose={() => setImageOf(undefined)} />
      )}
    </section>
  );
}

interface ReleaseProps extends ReleasesTabProps {
  readonly release: ReleaseView;
  readonly onImage: (release: ReleaseView) => void;
}

function Release({ release, component, acting, onImage }: ReleaseProps): ReactNode {
  const { number, commit, subject, author, branch, placedIn, kept, run, createdAt } = release;
  // `users-api.prod` is the component's own place; `users-api-fix.preview` is a branch's.
  const lanes = placedIn.filter((id) => id.startsWith(`${component.name}.`));
  const branches = placedIn.filter((id) => !lanes.includes(id));
  return (
    <tr>
      <td className="release shrink">#{number}</td>
      <td className="grow">
        <span className="cut" title={subject}>
          {subject}
        </span>
        <span className="small quiet cut">
          <code>{shortCommit(commit)}</code> {author} on {branch}
          {run === undefined ? null : (
            <>
              {', '}
              <Link href={`/runs/${run}`}>pipeline</Link>
            </>
          )}
        </span>
      </td>
      <td>
        <span className="row row-wrap release-places">
          {lanes.map((id) => (
            <span key={id} className="pill pill-good" title={id}>
              {id.split('.')[1]}
            </span>
          ))}
          {branches.length === 0 ? null : (
            <span className="tag" title={branches.join(', ')}>
              {plural(branches.length, 'branch', 'branches')}
            </span>
          )}
          {placedIn.length === 0 ? <span className="faint">–</span> : null}
        </span>
      </td>
      <td className="number shrink">
        {kept ? (
          bytes(release.bytes)
        ) : (
          <span className="faint" title="The archive was collected; the record stays">
            collected
          </span>
        )}
      </td>
      <td className="number shrink faint small">
        <Ago at={createdAt} />
      </td>
      <td className="shrink">
        <RowMenu
          label={`Actions for release ${number}`}
          entries={[
            ...(acting.may ? entriesOf(release, component, acting) : []),
            {
              id: 'image',
              title: 'Image, SBOM, provenance…',
              icon: <Box size={16} aria-hidden />,
              onChoose: () => onImage(release),
            },
          ]}
        />
      </td>
    </tr>
  );
}

function entriesOf(
  release: ReleaseView,
  component: ComponentDetail,
  { ask }: Acting,
): readonly MenuEntry[] {
  const gone = release.kept ? undefined : 'Its archive was collected.';
  return lanesOf(component).flatMap(({ environment, placements }) => {
    const placement = placements[0];
    if (placement === undefined) return [];
    const here =
      placement.serving?.number === release.number ? `It serves in ${environment}.` : undefined;
    const back = (placement.serving?.number ?? 0) > release.number;
    const entry: MenuEntry = {
      id: environment,
      title: back ? `Roll ${environment} back to it…` : `Deploy to ${environment}…`,
      icon: back ? <Undo2 size={16} aria-hidden /> : <Upload size={16} aria-hidden />,
      not: gone ?? here,
      onChoose: () =>
        ask(
          back
            ? { do: 'rollback', placement, to: release.number }
            : { do: 'deploy', placement, release: release.number },
        ),
    };
    return [entry];
  });
}
