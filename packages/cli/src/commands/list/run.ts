import { PltfError } from '@pltf/contracts';
import type { Run } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { safe } from '../../output/safe-text.ts';
import type { listCommand } from './command.ts';
import { type Listing, listings } from './listings.ts';

/** Lists components, or what else there is. */
export const run: Run<typeof listCommand> = ({ arguments: { what, name }, options }, context) =>
  list(context, what ?? 'components', name, options);

/** Reads and prints a list; also for the lists that are commands of their own. */
export async function list(
  context: Context,
  what: string,
  name?: string,
  options: Parameters<(typeof listings)[string]>[0]['options'] & { readonly names?: boolean } = {},
): Promise<number> {
  const read = listings[what];
  if (read === undefined)
    throw new PltfError('usage-invalid', { detail: `There is no list of ${what}.` });
  const listing = await read({ client: await context.api(), context, options, name });
  return showListing(context, listing, options.names === true);
}

function showListing({ out, err, json }: Context, listing: Listing, onlyNames: boolean): number {
  if (json) out.document({ items: listing.rows });
  else if (onlyNames) for (const name of listing.names) out.print(safe(name));
  else if (listing.rows.length === 0) err.print(listing.empty);
  else listing.print();
  return exit.done;
}
