import { z } from 'zod';

/** A package that an image holds, as a lock file of its release names it. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Package URL. */
  readonly purl: string;
  /** Hex, of the package's archive. */
  readonly sha512?: string;
}

/** Lock files that are read, at the root of a release. */
export const lockFiles = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'requirements.txt',
  'poetry.lock',
  'uv.lock',
] as const;

const NpmLock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      name: z.string().optional(),
      version: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      dev: z.boolean().optional(),
    }),
  ),
});

/** All packages that the lock files among these name, each once, in order. What cannot be read names none. */
export function lockedPackages(files: ReadonlyMap<string, string>): readonly LockedPackage[] {
  const found = new Map<string, LockedPackage>();
  for (const name of lockFiles) {
    const text = files.get(name);
    if (text === undefined) continue;
    const packages = name.endsWith('.json') ? npmPackages(text) : pythonPackages(name, text);
    for (const one of packages) found.set(one.purl, one);
  }
  return [...found.values()].sort((left, right) => (left.purl < right.purl ? -1 : 1));
}

function npmPackages(text: string): readonly LockedPackage[] {
  const lock = NpmLock.safeParse(parseJson(text));
  if (!lock.success) return [];
  return Object.entries(lock.data.packages).flatMap(([place, facts]) => {
    const { version, integrity, link, dev } = facts;
    const name = facts.name ?? place.split('node_modules/').at(-1) ?? '';
    if (place === '' || link === true || dev === true || version === undefined) return [];
    const hash = /^sha512-(\S+)$/.exec(integrity ?? '')?.[1];
    const sha512 =
      hash === undefined ? {} : { sha512: Buffer.from(hash, 'base64').toString('hex') };
    return [{ name, version, purl: `pkg:npm/${encodeName(name)}@${version}`, ...sha512 }];
  });
}

const encodeName = (name: string): string => name.replace(/^@/, '%40');

function pythonPackages(file: string, text: string): readonly LockedPackage[] {
  const pairs =
    file === 'requirements.txt'
      ? [...text.matchAll(/^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;#\\]+)/gm)]
      : [...text.matchAll(/^\[\[package\]\]\s*\nname = "([^"]+)"\s*\nversion = "([^"]+)"/gm)];
  return pairs.map(([, found = '', version = '']) => {
    const name = found.toLowerCase().replace(/[-_.]+/g, '-');
    return { name, version, purl: `pkg:pypi/${name}@${version}` };
  });
}

export interface SbomFacts {
  readonly component: string;
  readonly version: string;
  /** The image's digest, `sha256:…`. */
  readonly image: string;
  readonly at: string;
}

/** The packages of an image in CycloneDX 1.5. */
export function cycloneDx(facts: SbomFacts, packages: readonly LockedPackage[]): unknown {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      timestamp: facts.at,
      tools: { components: [{ type: 'application', name: 'pltf' }] },
      component: {
        type: 'container',
        'bom-ref': facts.image,
        name: facts.component,
        version: facts.version,
        hashes: [{ alg: 'SHA-256', content: facts.image.replace(/^sha256:/, '') }],
      },
    },
    components: packages.map(({ name, version, purl, sha512 }) => ({
      type: 'library',
      'bom-ref': purl,
      ...{ name, version, purl },
      ...(sha512 === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: sha512 }] }),
    })),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
