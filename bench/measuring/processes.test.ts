import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { familyOf, memoryOf, parseMemory, parseStat, processorMs } from './processes.ts';

describe('what /proc tells of a process', () => {
  it('is read also when its name holds spaces and brackets', () => {
    const stat = '42 (a (b) c) S 7 42 42 0 -1 4194560 100 0 0 0 11 22 3 4 20 0 1 0 99 1000 10';

    expect(parseStat(stat)).toEqual({ parent: 7, endedChildrenMs: 70 });
  });

  it('has proportional memory, not what parts of it are', () => {
    const text = 'Rss:   900 kB\nPss:   120 kB\nPss_Dirty:   80 kB\nPss_Anon:   70 kB\n';

    expect(parseMemory(text, 'Pss')).toBe(120 * 1024);
    expect(parseMemory(text, 'Rss')).toBe(900 * 1024);
    expect(() => parseMemory('Rss: 900 kB\n', 'Pss')).toThrow('no Pss');
  });
});

describe.skipIf(process.platform !== 'linux')('processes of this machine', () => {
  it('are counted with all below them, with their memory and processor time', async () => {
    const program =
      'for (let until = Date.now() + 100; Date.now() < until;); console.log("on"); setTimeout(() => 0, 60_000)';
    const child = spawn('/bin/sh', ['-c', '"$0" -e "$1"; exit', process.execPath, program], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const group = child.pid ?? 0;
    try {
      await once(child.stdout, 'data');

      const family = await familyOf(group);
      const { proportionalMb, residentMb } = await memoryOf(family);
      const used = await processorMs(family);

      expect(family).toHaveLength(2);
      expect(proportionalMb).toBeGreaterThan(1);
      expect(residentMb).toBeGreaterThanOrEqual(proportionalMb);
      expect(residentMb).toBeLessThan(300);
      expect(used).toBeGreaterThanOrEqual(50);
    } finally {
      process.kill(-group, 'SIGKILL');
      await once(child, 'exit');
    }
    expect(await memoryOf([group])).toEqual({ proportionalMb: 0, residentMb: 0 });
  });
});
