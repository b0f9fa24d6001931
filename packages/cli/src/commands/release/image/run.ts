import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Client, PltfError, type ReleaseImageView } from '@pltf/contracts';
import { componentName } from '../../../api/names.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import type { Output } from '../../../output/output.ts';
import { safe, safeJson } from '../../../output/safe-text.ts';
import { pairs } from '../../../output/table.ts';
import { ago, between, duration } from '../../../output/time.ts';
import type { releaseImageCommand } from './command.ts';

/** Shows a release's image, or one of the documents that are kept with it. */
export const run: Run<typeof releaseImageCommand> = async (
  { arguments: { name, release: asked }, options: { sbom, provenance, out } },
  context,
) => {
  if (sbom && provenance) throw usage('It is one document or the other.', 'Leave one of them out.');
  if (out !== undefined && !sbom && !provenance)
    throw usage('There is no document to write.', 'Add --sbom or --provenance.');
  const component = componentName(name);
  const wanted = asked === undefined ? undefined : numberOf(asked);
  const client = await context.api();
  const params = { component, release: wanted ?? (await newest(client, component)) };
  if (sbom || provenance) {
    const document = await (sbom
      ? client.getReleaseSbom({ params })
      : client.getReleaseProvenance({ params }));
    if (out === undefined) context.out.document(document);
    else {
      const file = resolve(context.config.workingDirectory, out);
      writeFileSync(file, `${safeJson(document, 2)}\n`);
      if (context.json) context.out.document({ file });
      else context.out.print(file);
    }
    return exit.done;
  }
  const image = await client.getReleaseImage({ params });
  if (context.json) context.out.document(image);
  else showImage(context.out, image, Date.now());
  return image.state === 'failed' ? exit.failed : exit.done;
};

const usage = (detail: string, fix: string): PltfError =>
  new PltfError('usage-invalid', { detail, fix });

function numberOf(text: string): number {
  const number = /^#?([1-9][0-9]{0,8})$/.exec(text)?.[1];
  if (number !== undefined) return Number(number);
  throw usage(
    `"${text.slice(0, 20)}" is no number of a release.`,
    '`pltf list releases NAME` lists them.',
  );
}

async function newest(client: Client, component: string): Promise<number> {
  const { items } = await client.listReleases({ params: { component }, query: { limit: 1 } });
  if (items[0] !== undefined) return items[0].number;
  throw new PltfError('not-found', {
    detail: `${component} has no release yet`,
    fix: 'A green run of its pipeline makes one: `pltf show` says how that goes.',
  });
}

function showImage(out: Output, image: ReleaseImageView, now: number): void {
  const { component, release, state, reference, id, builder, startedAt, finishedAt, reason } =
    image;
  const took = between(startedAt, finishedAt);
  const { style } = out;
  out.print(`${style.bold(`${safe(component)} #${release}`)}  image ${state}`);
  const command = `pltf release image ${component} ${release}`;
  const lines = pairs(
    [
      ['Image', safe(reference ?? (state === 'ready' ? 'in no registry' : ''))],
      ['Id', safe(id ?? '')],
      [
        'Built',
        `${builder === undefined ? '' : `by ${builder}, `}${took === undefined ? '' : `in ${duration(took)}, `}${ago(startedAt, now)}`,
      ],
      ['What is in it', state === 'ready' ? `${command} --sbom` : undefined],
      ['Where it came from', state === 'ready' ? `${command} --provenance` : undefined],
    ],
    style.dim,
  );
  for (const line of lines) out.print(`  ${line}`);
  if (reason === undefined) return;
  out.print(`  ${style.red('✖')} ${safe(reason.detail)}`);
  out.print(`    → ${safe(reason.fix)}`);
  for (const line of reason.log) out.print(`    ${style.dim('│')} ${safe(line)}`);
}
