import { PlatformFile, type PlatformView } from '@pltf/contracts';
import { day, past } from '../times.ts';
import { commitOf } from '../world.ts';

const digest = (number: number): string => `sha256:${commitOf(number)}${commitOf(9).slice(0, 24)}`;

export const platformFile = (): PlatformFile =>
  PlatformFile.parse({
    organisation: 'Nordlicht Retail',
    defaultTeam: 'team-platform',
    environments: [
      { name: 'preview', title: 'Preview', kind: 'preview', ttl: '7d' },
      {
        name: 'staging',
        title: 'Staging',
        follows: 'default-branch',
        region: 'eu-central',
        sizes: ['small', 'medium', 'large'],
        longestException: '180d',
      },
      {
        name: 'prod',
        title: 'Production',
        region: 'eu-central',
        budget: '400.00',
        quota: { memoryMiB: 16_384, instances: 20 },
        approvers: ['team-platform'],
        encryptedAtRest: true,
        exposure: 'public',
        longestException: '90d',
      },
    ],
    sizes: {
      small: { memoryMiB: 256, cpu: 0.25 },
      medium: { memoryMiB: 512, cpu: 0.5 },
      large: { memoryMiB: 2048, cpu: 2, hourly: '0.095' },
    },
    offers: {
      postgres: {
        title: 'PostgreSQL 16',
        plans: {
          small: { title: '1 GB', monthly: '12.00' },
          protected: { title: '10 GB, encrypted', monthly: '48.50', protected: true },
        },
      },
      queue: { plans: { standard: { monthly: '5.00' } } },
    },
    rates: { currency: 'EUR', memoryGiBHour: '0.0061', cpuHour: '0.0313' },
    exceptions: { longest: '180d', approvers: ['team-platform'] },
    intake: { owner: 'team-platform', answerWithin: '2d' },
    personalData: { regions: ['eu-central'], retention: '365d' },
    guardrails: { 'drain-long-enough': { mode: 'warn' } },
    support: {
      promise:
        'Working days 8 to 18, answer within an hour. At night and on weekends for tier 1, by telephone.',
      contact: '#platform-help',
    },
  });

export const platformView = (
  versions: readonly PlatformView['version'][],
  refused: PlatformView['refused'],
): PlatformView => {
  const [version] = versions;
  if (version === undefined) throw new Error('no version of the platform');
  return {
    version,
    managedBy: 'repository',
    source: 'http://127.0.0.1:7070/git/platform.git',
    file: platformFile(),
    files: { 'platform.yaml': 'organisation: Nordlicht Retail\n' },
    drivers: ['agent', 'kubernetes'],
    ...(refused === undefined ? {} : { refused }),
  };
};

export const buildVersions = (): PlatformView['version'][] => [
  {
    number: 14,
    digest: digest(14),
    author: 'ana',
    via: 'push',
    why: 'Tier 1 needs two instances from January on',
    commit: commitOf(3),
    createdAt: past(2 * day),
    touched: { placements: 41, ways: 2 },
  },
  {
    number: 13,
    digest: digest(12),
    author: 'ana',
    via: 'revert',
    why: 'The new sizes were too small for search',
    reverts: 11,
    createdAt: past(9 * day),
    touched: { placements: 6, ways: 1 },
  },
  {
    number: 12,
    digest: digest(13),
    author: 'frida.maximiliana-von-hohenstein',
    via: 'apply',
    why: 'Smaller sizes for everything that is not tier 1, after what the load tests of the second week of October showed about memory',
    createdAt: past(10 * day),
    touched: { placements: 6, ways: 1 },
  },
  { number: 0, digest: digest(1), author: 'platform', via: 'builtin' },
];
