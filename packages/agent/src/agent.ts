import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { type AgentHealth, PltfError } from '@pltf/contracts';
import type { Logger } from 'pino';
import type { ControlTargets } from './api/call.ts';
import { serveControl } from './api/control-server.ts';
import type { AgentConfig } from './config.ts';
import { dockerUse } from './docker/docker-use.ts';
import { createEdgeRouter, type EdgeRouter } from './docker/edge-router.ts';
import { type Docker, type DockerUse, openDocker } from './docker/index.ts';
import { type AgentFolders, openAgentFolders } from './files/agent-folders.ts';
import { type Journal, openJournal } from './journal/journal.ts';
import type { InstanceEngine } from './placement/instance-engine.ts';
import { watchLiveness } from './placement/liveness.ts';
import { openPlacements, type Placements } from './placement/placements.ts';
import { createProcessEngine } from './placement/process-engine.ts';
import type { MachineFacts } from './placement/program-environment.ts';
import { createReleaseCommands, type ReleaseCommands } from './placement/release-command.ts';
import { createPorts } from './process/ports.ts';
import { readBootId } from './process/process-facts.ts';
import { createProgramEnds } from './process/program-end.ts';
import { sweepStrays } from './process/strays.ts';
import { openReleaseStore, type ReleaseStore } from './release/release-store.ts';
import { createReleases } from './release/releases.ts';
import { createRouter, type Router } from './router/index.ts';
import { openSandbox } from './sandbox/isolation.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { openArtifacts } from './work/artifacts.ts';
import { openCaches } from './work/caches.ts';
import { createOwnerTools } from './work/owner-tools.ts';
import { createProcessTasks } from './work/process-tasks.ts';
import { openTasks } from './work/tasks.ts';
import { openWorkspaces } from './work/workspaces.ts';

/** A running agent. Disposing of it leaves all programs running, for the next one. */
export interface Agent extends AsyncDisposable {
  readonly health: AgentHealth;
  /** Ends all instances in order. */
  stopInstances(): Promise<void>;
}

export interface AgentOptions {
  readonly config: AgentConfig;
  readonly log: Logger;
  /** Somebody asked over the control API that everything ends. */
  readonly onStop: () => void;
}

/** Starts the agent: routes of running instances first, then everything else. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { config, log } = options;
  const startedAt = new Date().toISOString();
  const label = labelOf(config.dataDirectory);
  const lock = await lockAgent(label, config);
  const folders = openAgentFolders(config.dataDirectory);
  installPrograms(config, folders);
  const parts = await openParts(config, folders, label, log);
  const { router, placements, tasks, sandbox, journal } = parts;
  router.setFallback((host) => placements.fallback(host));
  placements.restoreRoutes();
  const address = await router.listen({ host: config.routerHost, port: config.routerPort });
  parts.edges.begin(address.port);
  placements.resume();
  await tasks.resume();
  sweepStrays({ label, sandbox, placements, tasks, log });
  const liveness = watchLiveness(placements, config.probeEveryMs);
  void sweepDocker(parts);
  const health: AgentHealth = {
    ...{ version: config.version, pid: process.pid, startedAt },
    router: address,
    isolation: sandbox.isolation,
  };
  const targets = openTargets(parts, folders, config, { health, stop: options.onStop });
  const control = await serveControl(config.socketPath, targets, log);
  log.info({ router: address, isolation: sandbox.isolation }, 'the agent is ready');
  return {
    health,
    stopInstances: () => placements.stopAll(),
    async [Symbol.asyncDispose]() {
      liveness.close();
      await control.close();
      await parts.edges.close();
      await router.close({ deadlineMs: 1000 });
      await placements.abandon();
      tasks.abandon();
      parts.ends.close();
      await parts.docker.close();
      sandbox.close();
      await journal.close();
      lock.close();
    },
  };
}

type Parts = Awaited<ReturnType<typeof openParts>>;

interface OwnParts {
  readonly router: Router;
  readonly sandbox: Sandbox;
  readonly releases: ReleaseStore;
  readonly journal: Journal;
  readonly docker: Docker;
}

/** Everything that lives as long as the agent, each made once, nothing started yet. */
async function openParts(config: AgentConfig, folders: AgentFolders, label: string, log: Logger) {
  const router = createRouter({
    accessLog: { path: path.join(folders.root, 'access.log'), keep: 2 },
  });
  const bootId = readBootId();
  const ends = createProgramEnds(bootId);
  const now = () => new Date();
  const journal = await openJournal({ folder: folders.journal, now });
  const sandbox = await openSandbox({
    ...{ dataDirectory: config.dataDirectory, agentRoot: folders.root, label },
    ...{ accountsFile: folders.accounts, programs: folders.programs },
    ...{ searchPath: config.searchPath, without: config.without },
  });
  const machine: MachineFacts = {
    ...{ label, searchPath: config.searchPath, language: config.language },
    privateTmp: sandbox.isolation.mounts !== 'none',
  };
  const releases = openReleaseStore(folders.releases, sandbox.tools);
  const workspaces = openWorkspaces(folders.workspaces, sandbox);
  const processTasks = createProcessTasks({ sandbox, ends, bootId, now });
  const docker = openDocker({
    ...{ host: config.dockerHost, registryConfig: config.registryConfig, agent: label },
    ...{ imagesFolder: folders.images, releases, accounts: sandbox.accounts, log, now },
  });
  const tasks = openTasks({
    engines: { process: processTasks, docker: docker.tasks },
    containers: docker.taskPlans,
    ...{ sandbox, folder: folders.tasks, now, releases, workspaces, machine },
    onFinished: (id) => journal.append({ type: 'task-finished', id }),
  });
  const commands = createReleaseCommands(tasks);
  const process = createProcessEngine({
    ...{ sandbox, ends, bootId, releases, machine, commands },
    ports: createPorts(Number.parseInt(label, 16)),
  });
  const own = { router, ends, journal, sandbox, releases, workspaces, tasks, docker };
  return { ...own, ...openPlaces(own, { commands, process, folders, log }) };
}

/** All placements, and what they need of a container engine. */
function openPlaces(
  { router, sandbox, releases, journal, docker }: OwnParts,
  more: {
    readonly commands: ReleaseCommands;
    readonly process: InstanceEngine;
    readonly folders: AgentFolders;
    readonly log: Logger;
  },
): { readonly placements: Placements; readonly use: DockerUse; readonly edges: EdgeRouter } {
  const { commands, process, folders, log } = more;
  const use = dockerUse(() => placements.list(), releases);
  const edges = createEdgeRouter({
    ...{ log, placements: () => placements.list() },
    listen: (address, mayReach) => router.listenInside(address, mayReach),
  });
  const placements: Placements = openPlacements({
    ...{ sandbox, router, releases, commands, log },
    engines: { process, docker: docker.instances({ commands, edges, use }) },
    placementsFolder: folders.placements,
    logsFolder: folders.logs,
    tell: (entry) => journal.append(entry),
    now: Date.now,
    random: Math.random,
  });
  return { placements, use, edges };
}

/** Containers that no record knows, and networks and images that nobody needs, are left of nobody's life. */
function sweepDocker({ docker, use, placements, tasks }: Parts): Promise<void> {
  const isKnown = (unit: string) =>
    tasks.find(unit)?.result.state === 'running' ||
    placements.list().some(({ record }) => record.instances.some(({ id }) => id === unit));
  return docker.sweep(isKnown, use);
}

/** What the control API opens. */
function openTargets(
  parts: Parts,
  folders: AgentFolders,
  config: AgentConfig,
  own: { readonly health: AgentHealth; readonly stop: () => void },
): ControlTargets {
  const { placements, journal, tasks, workspaces, sandbox } = parts;
  const tools = createOwnerTools(sandbox);
  const shared = { sandbox, tools, workspaces };
  return {
    ...{ placements, journal, tasks, workspaces, searchPath: config.searchPath },
    releases: createReleases({
      ...shared,
      store: parts.releases,
      inUse: (digest) => placements.uses(digest),
      onRemoved: () => void parts.docker.tidy(parts.use),
    }),
    images: parts.docker.images,
    caches: openCaches({ ...shared, root: folders.caches }),
    artifacts: openArtifacts({ ...shared, root: folders.artifacts }),
    health: async () => ({ ...own.health, docker: await parts.docker.facts() }),
    stop: own.stop,
  };
}

/** Eight hex digits that tell this agent's processes and groups from those of others on the machine. */
const labelOf = (dataDirectory: string) =>
  createHash('sha256').update(dataDirectory).digest('hex').slice(0, 8);

/** One agent for one data directory: the kernel frees the name when the process ends, however it does. */
function lockAgent(label: string, config: AgentConfig): Promise<{ close(): void }> {
  if (process.platform !== 'linux') return Promise.resolve({ close: () => undefined });
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) =>
      reject(
        new PltfError('port-in-use', {
          detail: `Another agent works in ${config.dataDirectory}.`,
          fix: 'Stop it first, or use another data directory.',
          cause,
        }),
      ),
    );
    server.listen(`\0pltf-agent-${label}`, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** Copies the programs that run as instances to where every owner can read them. */
function installPrograms(config: AgentConfig, folders: AgentFolders): void {
  const target = path.join(folders.programs, 'static-server.js');
  const source = path.join(config.programs, 'static-server.js');
  if (existsSync(source)) copyFileSync(source, target);
  chmodSync(folders.programs, 0o755);
  if (existsSync(target)) chmodSync(target, 0o644);
}
