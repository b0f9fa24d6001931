import { type PlatformFile, PltfError } from '@pltf/contracts';
import { testGuardrails } from '../guardrails/index.ts';
import {
  type FileMap,
  type GoldenPath,
  listGoldenPaths,
  runTemplate,
  textOfFile,
} from '../template/index.ts';
import { resolveSpec } from '../thin-file/resolve-spec.ts';
import { startFiles } from '../thin-file/start-command.ts';
import { parseThinFile } from '../thin-file/thin-file-parser.ts';
import { readPlatformFiles } from './platform-files.ts';

/** One thing that was tried, and what came of it. */
export interface PlatformTest {
  readonly kind: 'platform' | 'guardrail' | 'golden-path';
  /** The guardrail's or golden path's id and its case. */
  readonly name: string;
  readonly ok: boolean;
  /** Why it failed, with the place. */
  readonly problems: readonly string[];
}

/**
 * Tests a platform as code, without a server: the files are read, every guardrail's cases are evaluated, and every golden path
 * is rendered as a newcomer gets it and its thin file resolved. Never throws for what the files say.
 */
export async function testPlatform(
  files: Readonly<Record<string, string>>,
  goldenPaths: FileMap | undefined,
): Promise<readonly PlatformTest[]> {
  const read = readPlatformFiles(files);
  if (!read.ok) {
    const problems = read.problems.map(({ where, message, fix }) =>
      fix === undefined ? `${where} ${message}` : `${where} ${message}\n  → ${fix}`,
    );
    return [{ kind: 'platform', name: 'files', ok: false, problems }];
  }
  const cases = testGuardrails(read.guardrails).map(
    ({ guardrail, name, ok, expected, state, message }) => ({
      kind: 'guardrail' as const,
      name: `${guardrail}: ${name}`,
      ok,
      problems: ok
        ? []
        : [`expected ${expected}, got ${state}${message === undefined ? '' : `: ${message}`}`],
    }),
  );
  return [
    { kind: 'platform', name: 'files', ok: true, problems: [] },
    ...cases,
    ...(goldenPaths === undefined ? [] : await testGoldenPaths(goldenPaths, read.file)),
  ];
}

async function testGoldenPaths(
  files: FileMap,
  platform: PlatformFile,
): Promise<readonly PlatformTest[]> {
  const { paths, problems } = listGoldenPaths(files);
  const unreadable = problems.map(({ where, message }) => ({
    kind: 'golden-path' as const,
    name: where.split('/')[0] ?? where,
    ok: false,
    problems: [`${where} ${message}`],
  }));
  const rendered: PlatformTest[] = [];
  for (const path of paths) {
    const found = await renderingProblems(path, files, platform);
    const name = `${path.id}@${path.version}`;
    rendered.push({ kind: 'golden-path', name, ok: found.length === 0, problems: found });
  }
  return [...unreadable, ...rendered];
}

const exampleName = 'example-service';

async function renderingProblems(
  path: GoldenPath,
  files: FileMap,
  platform: PlatformFile,
): Promise<readonly string[]> {
  const known = {
    name: exampleName,
    owner: platform.defaultTeam,
    organisation: platform.organisation,
  };
  const fields = new Set(path.fields.map(({ name }) => name));
  const remoteUrl = `http://localhost/git/${exampleName}.git`;
  try {
    const { workspace } = await runTemplate({
      template: path.template,
      files,
      folder: path.folder,
      parameters: Object.fromEntries(Object.entries(known).filter(([name]) => fields.has(name))),
      taskId: exampleName,
      now: () => 0,
      user: { ref: 'user:default/admin' },
      actions: {
        'publish:pltf': {
          supportsDryRun: true,
          run: () => ({ remoteUrl, repoContentsUrl: remoteUrl }),
        },
        'catalog:register': {
          supportsDryRun: true,
          run: () => ({ entityRef: `component:default/${exampleName}` }),
        },
      },
    });
    return thinFileProblems(workspace, platform);
  } catch (error) {
    if (!(error instanceof PltfError)) throw error;
    return [error.detail, ...error.errors.map(({ where, message }) => `${where} ${message}`)];
  }
}

function thinFileProblems(workspace: FileMap, platform: PlatformFile): readonly string[] {
  const file = workspace.get('pltf.yaml');
  const text = file === undefined ? undefined : textOfFile(file);
  if (text === undefined) return ['it makes no pltf.yaml'];
  const texts = startFiles.flatMap((name) => {
    const found = workspace.get(name);
    const said = found === undefined ? undefined : textOfFile(found);
    return said === undefined ? [] : [[name, said] as const];
  });
  const names = [...new Set([...workspace.keys()].map((name) => name.replace(/\/.*$/s, '/')))];
  const parsed = parseThinFile(text);
  const root = { names, texts: new Map(texts) };
  const resolved = parsed.ok
    ? resolveSpec(parsed.file, platform, { places: parsed.places, root })
    : parsed;
  return resolved.ok ? [] : resolved.problems.map(({ where, message }) => `${where} ${message}`);
}
