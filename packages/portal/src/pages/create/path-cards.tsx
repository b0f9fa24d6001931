import type { GoldenPathView } from '@pltf/contracts';
import { BadgeCheck, FlaskConical } from 'lucide-react';
import type { ReactNode } from 'react';
import { KindIcon, kindWords } from '../../parts/kind.tsx';

interface PathCardsProps {
  readonly paths: readonly GoldenPathView[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}

/** Golden paths to choose among: what each is for, how mature it is, and what is promised for it. */
export function PathCards({ paths, chosen, onChoose }: PathCardsProps): ReactNode {
  return (
    <fieldset className="path-cards">
      <legend className="unseen">Golden path</legend>
      {paths.map((path) => (
        <label key={path.id} className="path-card">
          <input
            type="radio"
            name="path"
            className="unseen"
            value={path.id}
            aria-label={path.title}
            aria-describedby={`path-${path.id}`}
            checked={path.id === chosen}
            onChange={() => onChoose(path.id)}
          />
          <span className="row row-spread">
            <span className="path-icon">
              <KindIcon kind={path.kind} size={18} />
            </span>
            <Maturity maturity={path.maturity} />
          </span>
          <span>
            <span className="strong">{path.title}</span>{' '}
            <span className="small faint">
              {kindWords[path.kind]} · {path.version}
            </span>
          </span>
          <span className="small quiet" id={`path-${path.id}`}>
            {path.description}
          </span>
          <span className="small path-support">
            {path.support} <span className="faint">by {path.owner}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export function Maturity({
  maturity,
}: {
  readonly maturity: GoldenPathView['maturity'];
}): ReactNode {
  return maturity === 'supported' ? (
    <span className="pill pill-good">
      <BadgeCheck size={14} aria-hidden /> Supported
    </span>
  ) : (
    <span className="pill pill-warn">
      <FlaskConical size={14} aria-hidden /> Experimental
    </span>
  );
}
