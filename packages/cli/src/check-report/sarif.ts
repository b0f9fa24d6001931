import type { Checked, Finding } from './finding.ts';

/** The findings as SARIF 2.1.0, which code hosts show beside the lines. */
export function sarif(checked: readonly Checked[], version: string): unknown {
  const findings = checked.flatMap((one) => one.findings);
  const rules = [...new Map(findings.map((finding) => [finding.rule, finding])).values()];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'pltf',
            version,
            rules: rules.map(ruleOf),
          },
        },
        columnKind: 'unicodeCodePoints',
        results: findings.map((finding) =>
          resultOf(
            finding,
            rules.findIndex(({ rule }) => rule === finding.rule),
          ),
        ),
      },
    ],
  };
}

const ruleOf = ({ rule, title, why, remedy }: Finding) => ({
  id: rule,
  shortDescription: { text: title },
  ...(why === undefined ? {} : { fullDescription: { text: why } }),
  ...(remedy === undefined ? {} : { help: { text: remedy } }),
});

const resultOf = (finding: Finding, ruleIndex: number) => ({
  ruleId: finding.rule,
  ruleIndex,
  level: finding.level,
  message: { text: sentence(finding) },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: uriOf(finding.file) },
        region: { startLine: finding.line, startColumn: finding.column },
      },
    },
  ],
  partialFingerprints: { 'pltf/v1': finding.fingerprint },
});

/** Message, environments and remedy in one line. */
export function sentence({ message, environments, remedy }: Finding): string {
  const where = environments.length === 0 ? '' : ` (${environments.join(', ')})`;
  return `${message}${where}${remedy === undefined ? '' : ` → ${remedy}`}`;
}

const uriOf = (file: string): string =>
  file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
