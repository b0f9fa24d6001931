import { CircleAlert, CircleCheck, Info, RotateCw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { troubleOf } from '../api/problems.ts';
import { Button } from './button.tsx';

interface NoticeProps {
  readonly tone?: 'plain' | 'good' | 'warn' | 'bad';
  readonly title: string;
  readonly children?: ReactNode;
  readonly urgent?: boolean;
}

const icons = { plain: Info, good: CircleCheck, warn: TriangleAlert, bad: CircleAlert } as const;

export function Notice({
  tone = 'plain',
  title,
  children,
  urgent = false,
}: NoticeProps): ReactNode {
  const Icon = icons[tone];
  return (
    <div className={`notice notice-${tone}`} {...(urgent ? { role: 'alert' } : {})}>
      <Icon size={16} aria-hidden />
      <div className="notice-body">
        <p className="notice-title">{title}</p>
        {children}
      </div>
    </div>
  );
}

interface ProblemNoticeProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  readonly retrying?: boolean;
}

/** What went wrong and how to solve it, and the way to try again. */
export function ProblemNotice({ error, onRetry, retrying = false }: ProblemNoticeProps): ReactNode {
  const { title, detail, fix, errors, code } = troubleOf(error);
  return (
    <Notice tone="bad" title={title} urgent>
      <p>{detail}</p>
      {errors.map(({ where, message, fix: remedy }) => (
        <p key={`${where} ${message}`}>
          <code>{where}</code> {message}
          {remedy === undefined ? '' : `. ${remedy}`}
        </p>
      ))}
      <p className="quiet">
        {fix} <span className="faint mono small">{code}</span>
      </p>
      {onRetry === undefined ? null : (
        <p>
          <Button
            size="small"
            icon={<RotateCw size={14} aria-hidden />}
            busy={retrying}
            onClick={onRetry}
          >
            Try again
          </Button>
        </p>
      )}
    </Notice>
  );
}
