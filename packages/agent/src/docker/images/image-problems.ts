import { errorKinds, PltfError, type Reason } from '@pltf/contracts';

/** A release that cannot be an image. */
export const missing = (component: string) =>
  new PltfError('dockerfile-missing', {
    detail: `${component} is to run in a container, and its repository has no Dockerfile at its root.`,
  });

/** A build that failed, at its step; before the first one it is the Dockerfile that cannot be read. */
export const failedStep = (step: string | undefined, error: string) =>
  new PltfError('image-build-failed', {
    detail: `The image could not be built${step === undefined ? '' : `, at ${step}`}: ${plain(error)}`,
    ...(step === undefined ? { fix: 'Correct what it says of the Dockerfile.' } : {}),
  });

/** Without the engine's own parts that an error has come through. */
const plain = (error: string): string =>
  error.replace(
    /^failed to solve(?: with frontend dockerfile\.v0)?: (?:failed to create LLB definition: )?/,
    '',
  );

/** Why there is no image, with the last lines of its build. */
export function asError(reason: Reason | undefined): PltfError {
  const { code, detail, fix, log } = reason ?? {
    code: 'image-build-failed',
    detail: 'There is no image.',
    ...errorKinds['image-build-failed'],
    log: [],
  };
  const known = Object.hasOwn(errorKinds, code) ? (code as keyof typeof errorKinds) : 'internal';
  return new PltfError(known, { detail, fix, cause: { log } });
}
