import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { expect, it } from 'vitest';
import { internals } from './nunjucks-internals.ts';

it('loads nunjucks without making the strings of the whole process slow', () => {
  setFlagsFromString('--allow-natives-syntax');
  const isFast = runInThisContext('() => %HasFastProperties(String.prototype)') as () => boolean;

  expect(internals.Environment).toBeDefined();
  expect(isFast()).toBe(true);
});
