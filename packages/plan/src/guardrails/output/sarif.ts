import type { Verdict } from '@pltf/contracts';
import type { JsonObject } from '../../template/json.ts';
import { levelOf, placeOf, sentenceOf, wellFormed } from './place.ts';

export interface ReportOptions {
  /** Of the product. */
  readonly version: string;
  /** The thin file, for verdicts that name no place in it. */
  readonly fileName: string;
}

/** SARIF 2.1.0, for code scanning of GitHub and GitLab. Passes are left out; exceptions are suppressions with their reason. */
export function verdictsToSarif(verdicts: readonly Verdict[], options: ReportOptions): JsonObject {
  const shown = verdicts.filter(({ state }) => state !== 'pass');
  const ids = [...new Set(shown.map(({ guardrail }) => guardrail))].toSorted();
  const ofRule = (id: string) => shown.find(({ guardrail }) => guardrail === id);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'pltf',
            version: options.version,
            rules: ids.map((id) => ruleOf(id, ofRule(id))),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: shown.map((verdict) => resultOf(verdict, ids, options)),
      },
    ],
  };
}

/** As GitHub sorts them: above 9 critical, above 7 high, above 4 medium. */
const score: Readonly<Record<Verdict['severity'], string>> = {
  low: '2.0',
  medium: '5.0',
  high: '8.0',
  critical: '9.5',
};

const ruleOf = (id: string, verdict: Verdict | undefined): JsonObject => ({
  id,
  shortDescription: { text: wellFormed(verdict?.title ?? id) },
  fullDescription: { text: wellFormed(verdict?.why ?? id) },
  help: { text: wellFormed(verdict?.remedy ?? id) },
  properties: {
    'problem.severity': verdict?.mode === 'enforce' ? 'error' : 'warning',
    'security-severity': score[verdict?.severity ?? 'low'],
    tags: ['guardrail'],
  },
});

function resultOf(
  verdict: Verdict,
  ids: readonly string[],
  { fileName }: ReportOptions,
): JsonObject {
  const place = placeOf(verdict.where);
  const region =
    place === undefined ? {} : { region: { startLine: place.line, startColumn: place.column } };
  const { exception, digest } = verdict;
  return {
    ruleId: verdict.guardrail,
    ruleIndex: ids.indexOf(verdict.guardrail),
    level: levelOf(verdict),
    message: { text: sentenceOf(verdict) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(wellFormed(place?.file ?? fileName)) },
          ...region,
        },
        logicalLocations: [{ name: wellFormed(verdict.subject), kind: 'resource' }],
      },
    ],
    ...(digest === undefined
      ? {}
      : { partialFingerprints: { 'pltf/v1': `${wellFormed(verdict.subject)} ${digest}` } }),
    ...(exception === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: `${exception.id} of ${exception.owner} (${exception.team}) until ${exception.expires}`,
            },
          ],
        }),
  };
}
