import { Digest, ImageRequest, PltfError } from '@pltf/contracts';
import { answerJson, answerLines, readBody } from './answers.ts';
import { type Call, LogQuery, nameOf, queryOf, type Route, route, WaitQuery } from './call.ts';

async function putImage(call: Call): Promise<void> {
  const digest = nameOf(call, Digest);
  const request = await readBody(call.request, ImageRequest);
  if (request.release.digest !== digest) {
    throw new PltfError('bad-request', {
      detail: `The path names ${digest}, the body ${request.release.digest}.`,
    });
  }
  answerJson(call.response, 200, await call.targets.images.put(request));
}

async function getImage(call: Call): Promise<void> {
  const { images } = call.targets;
  const digest = nameOf(call, Digest);
  const image = queryOf(call, WaitQuery).wait ? await images.finished(digest) : images.get(digest);
  answerJson(call.response, 200, image);
}

async function followBuild(call: Call): Promise<void> {
  const log = await call.targets.images.log(nameOf(call, Digest));
  const query = { ...queryOf(call, LogQuery), tail: Number.POSITIVE_INFINITY };
  await answerLines(call.response, (signal) => log.read(query, signal));
}

/** Images of releases. */
export const imageRoutes: readonly Route[] = [
  route('PUT', 'images/:digest', putImage),
  route('GET', 'images/:digest', getImage),
  route('GET', 'images/:digest/log', followBuild),
  ...(['sbom', 'provenance'] as const).map((name) =>
    route('GET', `images/:digest/${name}`, (call) =>
      answerJson(call.response, 200, call.targets.images.document(nameOf(call, Digest), name)),
    ),
  ),
];
