import { expect, test } from 'vitest';
import { baseImages } from './base-images.ts';

test('what a Dockerfile begins with or copies from is known, its own stages are not', () => {
  const dockerfile = [
    '# syntax=docker/dockerfile:1',
    'ARG NODE=22 FLAVOUR="slim"',
    'ARG UNKNOWN',
    'FROM --platform=linux/amd64 registry.example.com/node:${NODE}-$FLAVOUR AS build',
    'from build as test',
    '# FROM registry.example.com/comment',
    'ARG NODE=18',
    'FROM registry.example.com/${UNKNOWN}',
    'FROM registry.example.com/base:${TAG:-3} \\',
    '  AS base',
    'COPY --from=build /app /app',
    'COPY --chown=1:1 --from=registry.example.com/tools@sha256:12 /bin/x /bin/x',
    'COPY --from=0 /a /b',
    'RUN --mount=type=bind,from=registry.example.com/cache,target=/c make',
    'FROM scratch',
    'FROM registry.example.com/node:$NODE-slim',
  ].join('\n');

  expect(baseImages(dockerfile)).toEqual([
    'docker/dockerfile:1',
    'registry.example.com/node:22-slim',
    'registry.example.com/base:3',
    'registry.example.com/tools@sha256:12',
    'registry.example.com/cache',
  ]);
  expect(baseImages(dockerfile, { NODE: '24', UNKNOWN: 'told' })).toEqual(
    expect.arrayContaining(['registry.example.com/node:24-slim', 'registry.example.com/told']),
  );
});
