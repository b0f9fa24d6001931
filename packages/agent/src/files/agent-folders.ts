import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** Where everything of the agent lies. All folders are the platform's own (0700). */
export interface AgentFolders {
  readonly data: string;
  readonly root: string;
  readonly placements: string;
  readonly logs: string;
  readonly journal: string;
  readonly releases: string;
  readonly images: string;
  readonly tasks: string;
  readonly workspaces: string;
  readonly caches: string;
  readonly artifacts: string;
  readonly programs: string;
  readonly runtime: string;
  readonly accounts: string;
}

/** Creates what is missing below the data directory, closed to everybody else. */
export function openAgentFolders(dataDirectory: string): AgentFolders {
  const root = path.join(dataDirectory, 'agent');
  const folders: AgentFolders = {
    data: dataDirectory,
    root,
    placements: path.join(root, 'placements'),
    logs: path.join(root, 'logs'),
    journal: path.join(root, 'journal'),
    releases: path.join(root, 'releases'),
    images: path.join(root, 'images'),
    tasks: path.join(root, 'tasks'),
    workspaces: path.join(root, 'workspaces'),
    caches: path.join(root, 'caches'),
    artifacts: path.join(root, 'artifacts'),
    programs: path.join(root, 'programs'),
    runtime: path.join(root, 'run'),
    accounts: path.join(root, 'accounts.json'),
  };
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  for (const [name, folder] of Object.entries(folders)) {
    if (name === 'data' || name === 'accounts') continue;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  }
  return folders;
}
