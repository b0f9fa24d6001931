import { PltfError, type RenderedPlan } from '@pltf/contracts';
import type { TestHandlers } from '../handler-types.ts';
import { componentOf, missing, must, paged } from '../lookup.ts';
import { commitOf, type World } from '../world.ts';
import { platformView } from './build-platform.ts';
import { planText, thinFileOf } from './plans.ts';

type Names =
  | 'getPlatform'
  | 'listPlatformVersions'
  | 'getPlatformVersion'
  | 'planPlatform'
  | 'applyPlatform'
  | 'revertPlatform'
  | 'privacyMap'
  | 'privacyRecord'
  | 'componentPlan'
  | 'planThinFile'
  | 'applyThinFile'
  | 'platformFacts';

const digest = (number: number): string => `sha256:${commitOf(number)}${commitOf(9).slice(0, 24)}`;

export function platformHandlers(world: World): Pick<TestHandlers, Names> {
  const { governance } = world;
  const { versions } = governance;
  const only = (): never => {
    throw new PltfError('forbidden', { detail: 'not through the portal' });
  };
  return {
    getPlatform: () => platformView(versions, governance.refused),
    listPlatformVersions: ({ query }) => paged(versions, query),
    getPlatformVersion: ({ params }) => {
      const version = must(
        versions.find(({ number }) => number === params.number),
        `version ${params.number}`,
      );
      if (version.touched === undefined) return { ...version, files: { 'platform.yaml': '{}\n' } };
      return {
        ...version,
        files: { 'platform.yaml': 'organisation: Nordlicht Retail\n' },
        plan: {
          digest: digest(2),
          base: { version: version.number - 1, digest: digest(5) },
          target: version.digest,
          outcome: 'changes',
          settings: [
            { path: 'guardrails.tier-1-instances.enforceFrom', after: '2027-01-15' },
            { path: 'sizes.small.memoryMiB', before: 192, after: 256 },
          ],
          placements: { total: 94, unchanged: 53, changed: 41 },
          rendered: renderedPlan,
          classes: [
            {
              environments: ['staging', 'prod'],
              changes: [{ path: 'run.memoryMiB', before: 192, after: 256 }],
              count: 35,
              examples: ['cart.prod', 'cart.staging', 'orders.prod'],
              cost: { currency: 'EUR', before: '612.40', after: '701.95' },
            },
            {
              environments: ['preview'],
              changes: [{ path: 'run.memoryMiB', before: 192, after: 256 }],
              count: 6,
              examples: ['users-api-passkeys.preview'],
            },
          ],
          moves: [
            {
              ...{ environment: 'staging', from: 'agent', to: 'east', count: 18 },
              examples: ['cart.staging', 'orders.staging'],
              order:
                '`east` starts each first while `agent` serves on; it is taken away from `agent` once it serves on `east` and those who call it have come along',
              lacks: [
                {
                  message: 'programs on `east` reach nothing outside the cluster',
                  fix: 'Name the address ranges that they may reach: `outbound` of `east`.',
                },
              ],
            },
          ],
          breaks: [],
          guardrails: [
            {
              id: 'tier-1-instances',
              title: 'Tier 1 runs at least two instances',
              severity: 'high',
              change: 'changed',
              mode: 'enforce',
              enforceFrom: '2027-01-15',
              fails: 2,
              newlyFails: 1,
              examples: ['payments-gateway.prod'],
              message: 'tier 1 with 1 of at least 2 instances',
            },
          ],
          cost: { currency: 'EUR', before: '812.40', after: '901.95' },
          notes: [],
        },
      };
    },
    planPlatform: only,
    applyPlatform: only,
    revertPlatform: only,
    privacyMap: () => governance.dataMap,
    privacyRecord: () => {
      throw missing('record');
    },
    componentPlan: ({ params }) => {
      const { name, kind, owner } = componentOf(world, params.component);
      return planText(world, thinFileOf(name, kind), owner);
    },
    planThinFile: ({ body }) => planText(world, body.text, 'team-identity'),
    applyThinFile: only,
    platformFacts: only,
  };
}

const renderedPlan: RenderedPlan = {
  placements: { total: 9_812 + 188, unchanged: 9_812, changed: 188 },
  classes: [
    {
      ...{ risk: 'stateful', startsAgain: true, count: 12, objects: 1, more: 0 },
      ...{ environments: ['prod'], examples: ['ledger.prod', 'stock.prod'] },
      changes: [
        {
          object: 'StatefulSet <name>',
          field: 'spec.template.spec.containers[<name>].resources.requests.memory',
          ...{ before: '192Mi', after: '256Mi' },
        },
      ],
    },
    {
      ...{ risk: 'network', startsAgain: false, count: 176, objects: 2, more: 3 },
      ...{ environments: ['staging', 'prod'], examples: ['cart.prod', 'orders.prod'] },
      changes: [
        { object: 'NetworkPolicy allow-out', field: '', after: 'there' },
        { object: 'Service <name>', field: 'spec.ports[http].port', before: '80', after: '8080' },
      ],
    },
  ],
  forecast: {
    ...{ placements: 188, starting: 12, objects: 364, commits: 2, pushes: 2 },
    applySeconds: 8,
  },
  waves: [
    { ring: 'canary', placements: 8, soakMs: 1_800_000, maxFailures: 0, mandatory: true },
    { ring: 'rest', placements: 180, soakMs: 600_000, maxFailures: 2, mandatory: false },
  ],
};
