import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where one PostgreSQL of ours lives. */
export interface Place {
  readonly dataDirectory: string;
  readonly cluster: string;
  readonly password: string;
}

/** What `postmaster.pid` says. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly overTcp: boolean;
  readonly status: string;
}

/** The content of `postmaster.pid`, which also a killed PostgreSQL leaves behind. */
export async function readPostmaster({ cluster }: Place): Promise<Postmaster | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid = '', , , port = '', , listen = '', , status = ''] = text.split('\n');
  if (!/^\d+$/.test(pid)) return undefined;
  return { pid: Number(pid), port: Number(port), overTcp: listen !== '', status: status.trim() };
}

/** How to connect to it. */
export function urlOf({ cluster, password }: Place, { port, overTcp }: Postmaster): string {
  const host = overTcp ? `127.0.0.1:${port}/postgres` : '/postgres';
  const socket = overTcp ? '' : `?host=${encodeURIComponent(cluster)}&port=${port}`;
  return `postgresql://pltf:${encodeURIComponent(password)}@${host}${socket}`;
}
