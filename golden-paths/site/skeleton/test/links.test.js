import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../public', import.meta.url));
const pages = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.html'))
  .map((file) => join(root, file));

/** The text of a page without comments and scripts. @param {string} page */
const textOf = (page) => readFileSync(page, 'utf8').replace(/<!--.*?-->|<script\b.*?<\/script>/gs, '');

/** Everything that a page links to or shows. @param {string} page */
const linksOf = (page) =>
  [...textOf(page).matchAll(/\s(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)]
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((link) => !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(link));

/** The file that a link on a page means. @param {string} page @param {string} path */
function fileOf(page, path) {
  if (path === '') return page;
  const file = path.startsWith('/') ? join(root, path) : join(dirname(page), path);
  return existsSync(file) && statSync(file).isDirectory() ? join(file, 'index.html') : file;
}

/** What is wrong with a link, if anything. @param {string} page @param {string} link */
function faultOf(page, link) {
  const [address = '', anchor] = link.split('#');
  const file = fileOf(page, decodeURIComponent(address.split('?')[0] ?? ''));
  const place = `${relative(root, page)}: ${link}`;
  if (!existsSync(file)) return `${place} leads to no file`;
  if (relative(root, file).startsWith('..')) return `${place} leads out of public/`;
  if (anchor && file.endsWith('.html') && !new RegExp(`\\sid\\s*=\\s*["']${escaped(anchor)}["']`).test(textOf(file))) {
    return `${place} leads to an anchor that is not there`;
  }
  return undefined;
}

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&');

test('there is a front page', () => {
  assert.ok(pages.includes(join(root, 'index.html')));
});

test('every link leads somewhere', () => {
  const faults = pages.flatMap((page) => linksOf(page).map((link) => faultOf(page, link)).filter((fault) => fault !== undefined));

  assert.deepEqual(faults, []);
});

test('every page has a language, a title and a description', () => {
  for (const page of pages) {
    const text = textOf(page);

    assert.match(text, /<html[^>]*\slang="[a-z]/, `${page}: lang`);
    assert.match(text, /<title>[^<]+<\/title>/, `${page}: title`);
    assert.match(text, /<meta name="description" content="[^"]+"/, `${page}: description`);
  }
});
