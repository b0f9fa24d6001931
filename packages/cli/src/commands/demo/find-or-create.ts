import { type ComponentDetail, PltfError } from '@pltf/contracts';
import { sendOnce } from '../../api/send.ts';
import { followOperation, operationError } from '../../follow/operation.ts';
import { safe } from '../../output/safe-text.ts';
import { interrupted, type Stage } from './stage.ts';

const attempts = 9;

/** The component of an earlier demonstration when it is ready, else a new one with the first free name. */
export async function findOrCreate(
  stage: Stage,
  name: string,
  path: string | undefined,
): Promise<ComponentDetail> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const candidate = attempt === 1 ? name : `${name}-${attempt}`;
    const found = await stage.client
      .getComponent({ params: { component: candidate } })
      .catch(absent);
    if (found === undefined) return create(stage, candidate, path);
    if (found.state !== 'ready' || found.repository === undefined) continue;
    stage.narrator.say(`${safe(candidate)} is there already; this changes it.`);
    return found;
  }
  throw new PltfError('name-taken', {
    detail: `${name} and the ${attempts - 1} names after it are taken.`,
    fix: 'Name another one: pltf demo --name NAME',
  });
}

function absent(error: unknown): undefined {
  if (error instanceof PltfError && error.code === 'not-found') return undefined;
  throw error;
}

async function create(
  stage: Stage,
  name: string,
  path: string | undefined,
): Promise<ComponentDetail> {
  const { client, narrator, context } = stage;
  narrator.say(context.out.style.dim(`$ pltf create service ${name.replaceAll('-', ' ')}`));
  const body = { kind: 'service' as const, name, ...(path === undefined ? {} : { path }) };
  const work = async () => {
    const started = await sendOnce((call) => client.createComponent({ body }, call));
    const operation = await followOperation(context, client, started.id);
    if (operation === undefined) throw interrupted();
    const error = operationError(operation);
    if (error !== undefined) throw error;
  };
  await narrator.step(`Create ${name}`, work, () => 'repository, pipeline, review app');
  return client.getComponent({ params: { component: name } });
}
