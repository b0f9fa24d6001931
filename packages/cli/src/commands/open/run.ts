import { type Client, type PlacementView, PltfError } from '@pltf/contracts';
import { componentName } from '../../api/names.ts';
import { choosePlacement, type PlacementWish } from '../../api/placements.ts';
import type { Run } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { safe } from '../../output/safe-text.ts';
import { openBrowser } from './browser.ts';
import type { openCommand } from './command.ts';

/** Prints an address, and opens it where a person sits at a terminal with a browser. */
export const run: Run<typeof openCommand> = async ({ arguments: { name }, options }, context) => {
  const { env, branch, page, print } = options;
  const client = await context.api();
  const url = page
    ? (await client.getComponent({ params: { component: componentName(name) } })).pageUrl
    : await placementUrl(context, client, { name, env, branch });
  const opened =
    !print && !context.json && context.out.live && (await openBrowser(context.config, url));
  if (context.json) context.out.document({ url });
  else context.out.print(safe(url));
  if (opened) context.err.print(context.err.style.dim('Opened in your browser.'));
  return exit.done;
};

async function placementUrl(
  context: Context,
  client: Client,
  wish: PlacementWish,
): Promise<string> {
  const sensible = ({ url }: PlacementView) => url !== undefined;
  const placement = await choosePlacement(context, client, { ...wish, sensible });
  if (placement.url !== undefined) return placement.url;
  throw new PltfError('not-found', {
    detail: `${placement.id} has no address: it answers nobody.`,
    fix: `\`pltf logs ${placement.id}\` shows what it does.`,
  });
}
