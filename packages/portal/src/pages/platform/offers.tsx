import type { PlatformFile } from '@pltf/contracts';
import { PackageOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import { money } from '../../format/money.ts';
import { Empty } from '../../parts/empty.tsx';

interface PartProps {
  readonly file: PlatformFile;
}

export function Sizes({ file }: PartProps): ReactNode {
  const { sizes, rates, rawSizes } = file;
  return (
    <section className="panel" aria-label="Sizes">
      <div className="panel-head">
        <h2>Sizes</h2>
        <span className="small quiet">
          {rawSizes === 'allowed' ? 'or numbers of your own' : 'and no others'}
        </span>
      </div>
      <div className="scroll-x">
        <table className="table table-tight">
          <caption className="unseen">Sizes</caption>
          <thead>
            <tr>
              <th scope="col">Size</th>
              <th scope="col" className="number">
                Memory
              </th>
              <th scope="col" className="number">
                CPU
              </th>
              <th scope="col" className="number">
                An hour
              </th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(sizes).map(([name, { memoryMiB, cpu, hourly }]) => (
              <tr key={name}>
                <td className="strong">{name}</td>
                <td className="number shrink">{memoryMiB} MiB</td>
                <td className="number shrink">{cpu}</td>
                <td className="number shrink">
                  {hourly === undefined ? (
                    <span className="faint">by rates</span>
                  ) : (
                    `${hourly} ${rates.currency}`
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function Offers({ file }: PartProps): ReactNode {
  const { offers, rates } = file;
  const lines = Object.entries(offers).flatMap(([offer, { title, plans }]) =>
    Object.entries(plans).map(([plan, rule]) => ({ offer, of: title, plan, ...rule })),
  );
  return (
    <section className="panel" aria-label="Offers">
      <div className="panel-head">
        <h2>Offers</h2>
      </div>
      {lines.length === 0 ? (
        <Empty
          small
          icon={PackageOpen}
          title="No backing services yet"
          text="The platform team offers them in the platform file."
        />
      ) : (
        <div className="scroll-x">
          <table className="table table-tight">
            <caption className="unseen">Offers and their plans</caption>
            <thead>
              <tr>
                <th scope="col">Offer</th>
                <th scope="col">Plan</th>
                <th scope="col" className="number">
                  A month
                </th>
              </tr>
            </thead>
            <tbody>
              {lines.map(({ offer, of, plan, title, monthly, protected: safe }) => (
                <tr key={`${offer} ${plan}`}>
                  <td>
                    <span className="strong">{offer}</span>
                    {of === undefined ? null : <span className="small quiet cut">{of}</span>}
                  </td>
                  <td>
                    {plan}
                    {title === undefined ? '' : `: ${title}`}
                    {safe ? <span className="tag plan-tag">for personal data</span> : null}
                  </td>
                  <td className="number shrink">{money(monthly, rates.currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
