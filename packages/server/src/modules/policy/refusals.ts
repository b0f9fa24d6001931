import { Verdict } from '@pltf/contracts';
import type { Connection, Tx } from '../../persistence/transaction.ts';

/** What of these placements was refused before; what is judged now is written anew. */
export async function forgetRefusals(
  tx: Tx,
  component: string,
  subjects: readonly string[],
): Promise<void> {
  if (subjects.length === 0) return;
  await tx.sql
    .deleteFrom('guardrail_refusals')
    .where('component', '=', component)
    .where('placement', 'in', [...subjects])
    .execute();
}

export async function putRefusals(
  tx: Tx,
  component: string,
  verdicts: readonly Verdict[],
  at: Date,
): Promise<void> {
  const rows = verdicts.flatMap((verdict) =>
    verdict.digest === undefined || verdict.environment === undefined
      ? []
      : [
          {
            ...{ component, at },
            placement: verdict.subject,
            guardrail: verdict.guardrail,
            environment: verdict.environment,
            verdict: JSON.stringify(verdict),
          },
        ],
  );
  if (rows.length === 0) return;
  await tx.sql
    .insertInto('guardrail_refusals')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['placement', 'guardrail']).doUpdateSet((row) => ({
        component: row.ref('excluded.component'),
        environment: row.ref('excluded.environment'),
        verdict: row.ref('excluded.verdict'),
        at: row.ref('excluded.at'),
      })),
    )
    .execute();
}

export async function refusalsOf(
  on: Connection,
  component: string,
  guardrail: string,
): Promise<readonly Verdict[]> {
  const rows = await on
    .selectFrom('guardrail_refusals')
    .select('verdict')
    .where('component', '=', component)
    .where('guardrail', '=', guardrail)
    .orderBy('placement')
    .execute();
  return rows.flatMap(({ verdict }) => {
    const parsed = Verdict.safeParse(verdict);
    return parsed.success ? [parsed.data] : [];
  });
}
