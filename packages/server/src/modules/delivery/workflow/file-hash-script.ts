/**
 * The program behind `hashFiles`: SHA-256 over the SHA-256 of each file that the patterns select, as on
 * GitHub, written to GITHUB_OUTPUT; nothing for no file. It runs as a task, where the files are, and
 * does not look into `.git` and `node_modules`.
 */
export const fileHashScript = String.raw`
const { createHash } = require('node:crypto');
const { appendFileSync, readFileSync, readdirSync } = require('node:fs');
const patterns = JSON.parse(process.env.HASH_PATTERNS).flatMap((text) => text.split('\n'))
  .map((text) => text.trim()).filter((text) => text !== '' && !text.startsWith('#'));
const expression = (glob) => {
  const parts = glob.replace(/^\.\//, '').replace(/\/+$/, '/**').split('/').filter((part) => part !== '');
  const body = parts.map((part, index) => {
    const last = index === parts.length - 1;
    if (part === '**') return last ? '.*' : '(?:[^/]+/)*';
    const text = part.replace(/[.+^$(){}|\\]/g, '\\$&').replace(/\*+/g, '[^/]*').replace(/\?/g, '[^/]');
    return last ? text : text + '/';
  });
  return new RegExp('^' + body.join('') + '$');
};
const root = process.cwd();
const tests = patterns.map((pattern) => {
  const negative = pattern.startsWith('!');
  const glob = (negative ? pattern.slice(1) : pattern).replace(root + '/', '');
  return { negative, test: expression(glob) };
});
const selected = [];
const open = [''];
while (open.length > 0) {
  const folder = open.pop();
  for (const entry of readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })) {
    const path = folder === '' ? entry.name : folder + '/' + entry.name;
    if (entry.isDirectory()) {
      if (entry.name !== '.git' && entry.name !== 'node_modules') open.push(path);
    } else if (entry.isFile()) {
      let match = false;
      for (const { negative, test } of tests) if (test.test(path)) match = !negative;
      if (match) selected.push(path);
    }
  }
}
const total = createHash('sha256');
for (const path of selected.sort()) total.update(createHash('sha256').update(readFileSync(path)).digest());
appendFileSync(process.env.GITHUB_OUTPUT, 'hash=' + (selected.length === 0 ? '' : total.digest('hex')) + '\n');
`;
