import { PlatformFile, PrivacyRecord, type Spec, ThinFile } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { planComponent } from '../planning/index.ts';
import { applied, sampleFacts } from '../planning/testing/sample-facts.ts';
import { resolveSpec } from '../thin-file/resolve-spec.ts';
import { dataFlows, privacyMap, privacyRecord, privacyRecordMarkdown } from './index.ts';

const offers = { postgres: { plans: { small: { protected: true } } } };
const platform = PlatformFile.parse({
  offers,
  environments: [{ name: 'staging' }, { name: 'prod' }],
});

function spec(file: z.input<typeof ThinFile>): Spec {
  const resolved = resolveSpec(ThinFile.parse(file), platform);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return resolved.spec;
}

const shop = spec({
  kind: 'service',
  name: 'shop',
  policy: 'data=contact',
  needs: { db: 'postgres/small', payments: { service: 'payments' }, mail: { service: 'mailer' } },
});
const payments = spec({ kind: 'service', name: 'payments', policy: 'data=financial+contact' });
const mailer = spec({ kind: 'worker', name: 'mailer' });

describe('flows of personal data', () => {
  const flows = dataFlows([shop, payments, mailer]);

  test('go where needs are declared, in every environment that has them', () => {
    expect(flows.map(({ from, to, kind, environments }) => [from, to, kind, environments])).toEqual(
      [
        ['shop', 'mailer', 'service', ['staging', 'prod']],
        ['shop', 'payments', 'service', ['staging', 'prod']],
        ['shop', 'shop/db', 'backing-service', ['staging', 'prod']],
      ],
    );
  });

  test('say what is handed over, what comes back, and what arrives undeclared', () => {
    expect(flows[0]).toMatchObject({ classes: ['pii', 'pii.contact'], returns: [] });
    expect(flows[0]?.undeclared).toEqual(['pii', 'pii.contact']);
    expect(flows[1]?.undeclared).toEqual(['pii.financial']);
    expect(flows[2]?.undeclared).toEqual([]);
  });

  test('do not begin where no personal data is', () => {
    const plain = spec({ kind: 'service', name: 'plain', needs: { mail: { service: 'mailer' } } });

    expect(dataFlows([plain, mailer])).toEqual([]);
  });

  test('make a map with the holders', () => {
    const map = privacyMap([shop, payments, mailer], new Date(0));

    expect(map.holders.map(({ component }) => component)).toEqual(['shop', 'payments']);
  });
});

describe('the record of a component', () => {
  const text =
    'kind: service\nname: shop\npolicy: data=contact+health\ndescription: "Sells | things"\n';
  const facts = sampleFacts({}, { shop: applied('shop', text) });
  const plan = planComponent({
    text,
    fileName: 'pltf.yaml',
    facts,
    judge: () => [],
    now: new Date(0),
  });
  const record = privacyRecord({
    plan,
    specs: [shop, payments],
    organisation: 'Org',
    asOf: new Date(0),
  });

  test('has classes, places, retention and what remains for its owner', () => {
    expect(() => PrivacyRecord.parse(record)).not.toThrow();
    expect(record?.classes.map(({ id }) => id)).toEqual(['pii', 'pii.contact', 'pii.health']);
    expect(record?.environments[0]).toMatchObject({
      region: 'local',
      retention: '365d',
      deletionSchedule: '0 3 * * *',
      maskedLogs: true,
    });
    expect(record?.duties.join('\n')).toContain('special categories');
  });

  test('is Markdown in which nothing that was typed is markup', () => {
    const markdown = record === undefined ? '' : privacyRecordMarkdown(record);

    expect(markdown).toContain('# Personal data of shop');
    expect(markdown).toContain('Sells \\| things');
    expect(markdown).toContain('| prod | local | encrypted |');
  });
});
