import type { ActiveException, PlatformFile } from '@pltf/contracts';

interface Place {
  readonly placement: string;
  readonly component: string;
  readonly environment: string;
}

type Covers = Readonly<Record<string, string>>;

const isPreview = ({ environments }: PlatformFile, environment: string): boolean =>
  environments.some(({ name, kind }) => name === environment && kind === 'preview');

/** Digests that were approved for some placement of this environment. */
const digestsIn = (covers: Covers, environment: string): readonly string[] => [
  ...new Set(
    Object.entries(covers).flatMap(([placement, digest]) =>
      placement.endsWith(`.${environment}`) ? [digest] : [],
    ),
  ),
];

/** Whether these values were approved here: in a preview, also when it was another branch's. */
export const isCovered = (
  covers: Covers,
  { placement, environment, digest }: Omit<Place, 'component'> & { readonly digest: string },
  platform: PlatformFile,
): boolean =>
  covers[placement] === digest ||
  (isPreview(platform, environment) && digestsIn(covers, environment).includes(digest));

/**
 * Every branch has a preview of its own, and is merged: what was approved for one branch holds for the same values on
 * another. The one lookup goes by placement, so it is given such an exception once more for each of them.
 */
export function withPreviews(
  exceptions: readonly ActiveException[],
  places: readonly Place[],
  platform: PlatformFile,
): readonly ActiveException[] {
  const previews = places.filter(({ environment }) => isPreview(platform, environment));
  const more = exceptions.flatMap((exception) =>
    previews
      .filter(
        ({ component, environment }) =>
          exception.scope.component === component &&
          (exception.scope.environment ?? environment) === environment,
      )
      .flatMap(({ placement, environment }) =>
        digestsIn(exception.covers, environment)
          .filter((digest) => exception.covers[placement] !== digest)
          .map((digest) => ({ ...exception, covers: { [placement]: digest } })),
      ),
  );
  return more.length === 0 ? exceptions : [...exceptions, ...more];
}
