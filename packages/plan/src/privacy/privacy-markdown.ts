import type { DataFlow, PrivacyRecord } from '@pltf/contracts';

/** The record as Markdown, for people who read no JSON. */
export function privacyRecordMarkdown(record: PrivacyRecord): string {
  const { component, organisation, owner, purpose, asOf, digest } = record;
  const sections = [
    [
      `# Personal data of ${text(component)}`,
      '',
      `${text(organisation)} · answered for by ${text(owner)} · as of ${asOf} · ${digest}`,
      '',
      `**Purpose.** ${text(purpose === '' ? 'not described' : purpose)}`,
    ],
    ['## Classes of data', '', ...classes(record)],
    ['## Where it is', '', ...places(record)],
    ['### Stores', '', ...stores(record)],
    ['### Addresses', '', ...addresses(record)],
    ['## Where it goes', '', ...flowTable(record.sends, ({ to }) => to, 'To')],
    ['## Where it comes from', '', ...flowTable(record.receives, ({ from }) => from, 'From')],
    ['## Guardrails and exceptions', '', ...findings(record)],
    [
      '## What remains for its owner',
      '',
      ...(record.duties.length === 0 ? ['Nothing.'] : record.duties.map((duty) => `- ${duty}`)),
    ],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

const classes = (record: PrivacyRecord): readonly string[] =>
  record.classes.length === 0
    ? ['None: the thin file declares no personal data.']
    : record.classes.map(
        ({ id, title, special }) => `- \`${id}\` ${title}${special ? ' (special category)' : ''}`,
      );

const places = ({ environments }: PrivacyRecord): readonly string[] =>
  table(
    [
      ...['Environment', 'Region', 'At rest', 'In transit', 'Kept for'],
      ...['Deletion (cron, UTC)', 'Logs masked'],
    ],
    environments.map((one) => [
      one.environment,
      one.region,
      one.encryptedAtRest ? 'encrypted' : 'not encrypted',
      one.encryptedInTransit ? 'encrypted or local' : 'not encrypted',
      one.retention ?? 'not said',
      one.deletionSchedule ?? '',
      yesNo(one.maskedLogs),
    ]),
  );

const stores = ({ environments }: PrivacyRecord): readonly string[] =>
  table(
    ['Environment', 'Store', 'What', 'Encrypted'],
    environments.flatMap((one) =>
      one.stores.map(({ need, what, encrypted }) => [
        one.environment,
        need,
        what,
        yesNo(encrypted),
      ]),
    ),
  );

const addresses = ({ environments }: PrivacyRecord): readonly string[] =>
  table(
    ['Environment', 'Address', 'Public', 'Sign-in'],
    environments.flatMap((one) =>
      one.addresses.map((address) => [
        one.environment,
        address.host,
        yesNo(address.public),
        yesNo(address.signIn),
      ]),
    ),
  );

const findings = (record: PrivacyRecord): readonly string[] =>
  table(
    ['Guardrail', 'Environment', 'Verdict', 'Message', 'Exception'],
    record.findings.map((one) => [
      one.guardrail,
      one.environment ?? '',
      one.state,
      one.message ?? '',
      one.exception ?? '',
    ]),
  );

const flowTable = (flows: readonly DataFlow[], other: (flow: DataFlow) => string, title: string) =>
  table(
    [title, 'By', 'Environments', 'Classes', 'Answers with', 'Not declared'],
    flows.map((flow) => [
      other(flow),
      `${flow.kind} \`${flow.need}\``,
      flow.environments.join(', '),
      flow.classes.join(', '),
      flow.returns.join(', '),
      flow.undeclared.join(', '),
    ]),
  );

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return ['None.'];
  const line = (cells: readonly string[]): string => `| ${cells.map(text).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** What people wrote, so that it can neither end a cell nor become a heading or a link. */
const text = (value: string): string =>
  value.replace(/[\r\n]+/g, ' ').replace(/[\\|<>[\]*_#]/g, (character) => `\\${character}`);
