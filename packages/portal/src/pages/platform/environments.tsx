import type { PlatformFile } from '@pltf/contracts';
import type { ReactNode } from 'react';
import { durationWords } from '../../format/duration.ts';
import { money } from '../../format/money.ts';

type Environment = PlatformFile['environments'][number];

interface EnvironmentsProps {
  readonly environments: readonly Environment[];
  readonly file: PlatformFile;
}

/** Where services run, and by which limits. */
export function Environments({ environments, file }: EnvironmentsProps): ReactNode {
  return (
    <section className="panel" aria-label="Environments">
      <div className="panel-head">
        <h2>Environments</h2>
      </div>
      <div className="scroll-x">
        <table className="table">
          <caption className="unseen">Environments</caption>
          <thead>
            <tr>
              <th scope="col">Environment</th>
              <th scope="col">How releases come</th>
              <th scope="col">Where</th>
              <th scope="col">At most</th>
              <th scope="col">Sizes and offers</th>
              <th scope="col">Exceptions</th>
            </tr>
          </thead>
          <tbody>
            {environments.map((environment) => (
              <Row key={environment.name} environment={environment} file={file} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function comes({ kind, follows, ttl, approvers }: Environment): string {
  if (kind === 'preview')
    return `by itself for each branch${ttl === undefined ? '' : `, for ${durationWords(ttl)} without a push`}`;
  const how = follows === 'default-branch' ? 'by itself from the default branch' : 'by promotion';
  return approvers === undefined || approvers.length === 0
    ? how
    : `${how}, agreed by ${approvers.join(' or ')}`;
}

function limits({ budget, quota }: Environment, currency: string): string {
  const parts = [
    budget === undefined ? undefined : `${money(budget, currency)} a month`,
    quota?.memoryMiB === undefined ? undefined : `${quota.memoryMiB} MiB`,
    quota?.instances === undefined ? undefined : `${quota.instances} instances`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'no limit' : `${parts.join(', ')} for a component`;
}

interface RowProps {
  readonly environment: Environment;
  readonly file: PlatformFile;
}

function Row({ environment, file }: RowProps): ReactNode {
  const { name, title, runtime, region, exposure, encryptedAtRest, sizes, offers } = environment;
  const { longestException = file.exceptions.longest } = environment;
  return (
    <tr>
      <td>
        <span className="strong">{name}</span>
        {title === undefined || title === name ? null : (
          <span className="small quiet cut">{title}</span>
        )}
      </td>
      <td className="small">{comes(environment)}</td>
      <td className="small">
        {runtime} in {region}
        <span className="faint cut">
          {exposure}
          {encryptedAtRest ? ', encrypted at rest' : ''}
        </span>
      </td>
      <td className="small">{limits(environment, file.rates.currency)}</td>
      <td className="small">
        {sizes?.join(', ') ?? 'all sizes'}; {offers?.join(', ') ?? 'all offers'}
      </td>
      <td className="small shrink">up to {durationWords(longestException)}</td>
    </tr>
  );
}
