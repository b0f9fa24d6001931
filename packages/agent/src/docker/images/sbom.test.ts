import { expect, test } from 'vitest';
import { lockedPackages } from './sbom.ts';

const purls = (files: Record<string, string>) =>
  lockedPackages(new Map(Object.entries(files))).map(({ purl }) => purl);

test('packages of Python come from its lock files, named as its index names them', () => {
  const requirements =
    'Flask==3.1.0\nuvicorn[standard]==0.30.1 ; python_version > "3.8"\n# x==1\nloose>=2\n';
  const poetry = '[[package]]\nname = "typing_extensions"\nversion = "4.12.2"\ndescription = "x"\n';

  expect(purls({ 'requirements.txt': requirements, 'poetry.lock': poetry })).toEqual([
    'pkg:pypi/flask@3.1.0',
    'pkg:pypi/typing-extensions@4.12.2',
    'pkg:pypi/uvicorn@0.30.1',
  ]);
});

test('packages of npm come with the digest of their archive, each once, nested ones too', () => {
  const integrity = `sha512-${Buffer.from('ab'.repeat(32)).toString('base64')}`;
  const packages = {
    '': { name: 'shop', version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', integrity },
    'node_modules/b': { version: '2.0.0' },
    'node_modules/b/node_modules/a': { version: '1.0.0', integrity },
    'packages/own': { version: '1.0.0', link: true },
  };
  const locked = lockedPackages(new Map([['package-lock.json', JSON.stringify({ packages })]]));

  expect(locked.map(({ purl }) => purl)).toEqual(['pkg:npm/a@1.0.0', 'pkg:npm/b@2.0.0']);
  expect(locked[0]?.sha512).toBe(Buffer.from('ab'.repeat(32)).toString('hex'));
});

test.each(['{', '[]', '{"packages": 3}', ''])('a lock file like %j names no package', (text) => {
  expect(purls({ 'package-lock.json': text, 'uv.lock': text })).toEqual([]);
});
