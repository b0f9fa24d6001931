import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

// For clusters: ends with 0 while the worker turned within the last minute, else with 1.
const file = process.env.HEARTBEAT_FILE ?? path.join(tmpdir(), 'heartbeat');
const longestMs = 60_000 + Number(process.env.INTERVAL_MS ?? 5_000);

try {
  const { mtimeMs } = await stat(file);
  process.exitCode = Date.now() - mtimeMs < longestMs ? 0 : 1;
} catch {
  process.exitCode = 1;
}
