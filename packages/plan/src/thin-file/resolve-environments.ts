import { nearest } from '../nearest.ts';
import { type Context, environmentsOfKind, fromFile, fromPlatform } from './resolve-context.ts';

/** Those that the file asks for, in the platform's order: promotion goes that way, whatever order the file has. */
export function resolveEnvironments(context: Context): readonly string[] {
  const { file, platform, places } = context;
  const stable = environmentsOfKind(platform, 'stable').map(({ name }) => name);
  const known = [...environmentsOfKind(platform, 'preview').map(({ name }) => name), ...stable];
  const asked = typeof file.env === 'string' ? [file.env] : (file.env ?? stable);
  const refuse = (name: string, where: string): void => {
    const meant = nearest(name, known);
    const fix =
      meant === undefined ? `The platform has: ${known.join(', ')}.` : `Did you mean \`${meant}\`?`;
    context.report({ where, message: `there is no environment \`${name}\``, fix });
  };
  for (const [index, name] of asked.entries()) {
    if (!known.includes(name))
      refuse(name, context.place(typeof file.env === 'string' ? ['env'] : ['env', index]));
  }
  for (const name of Object.keys(file.envs ?? {})) {
    if (!known.includes(name)) refuse(name, places?.key(['envs', name]) ?? `envs.${name}`);
    else checkUse(context, name, asked);
  }
  context.explain(
    'env',
    file.env === undefined
      ? fromPlatform(context, ['environments'], 'Every environment of the platform.')
      : fromFile(context, ['env']),
  );
  return stable.filter((name) => asked.includes(name));
}

/** An override of an environment where it never runs is a mistake that nobody would notice. */
function checkUse(context: Context, name: string, asked: readonly string[]): void {
  const { platform, places } = context;
  const isPreview = environmentsOfKind(platform, 'preview').some(
    (preview) => preview.name === name,
  );
  if (isPreview || asked.includes(name)) return;
  context.report({
    where: places?.key(['envs', name]) ?? `envs.${name}`,
    message: `envs.${name}: it does not run in ${name}`,
    fix: `Add \`${name}\` to \`env\`, or take this out.`,
  });
}
