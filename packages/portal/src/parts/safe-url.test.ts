import { expect, it } from 'vitest';
import { addressText, webAddress } from './safe-url.ts';

it('links to the web and to nothing else', () => {
  expect(webAddress('http://users-api.localhost:7080')).toBe('http://users-api.localhost:7080/');
  expect(webAddress('javascript:alert(1)')).toBeUndefined();
  expect(webAddress('data:text/html,hi')).toBeUndefined();
  expect(webAddress('/components')).toBeUndefined();
  expect(webAddress(undefined)).toBeUndefined();
});

it('reads without what everybody knows', () => {
  expect(addressText('https://users.example.com/')).toBe('users.example.com');
  expect(addressText('http://a.preview.localhost:7080/x')).toBe('a.preview.localhost:7080/x');
});
