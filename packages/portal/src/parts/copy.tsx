import { Check, Copy } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button.tsx';

/** Puts text on the clipboard; on plain-http origins the newer way does not exist. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'unseen';
    // Inside an open dialog everything outside it is inert and cannot be selected.
    const home = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
    home.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for those who cannot see it: `clone address`. */
  readonly what: string;
  readonly words?: boolean;
}

export function CopyButton({ text, what, words = false }: CopyButtonProps): ReactNode {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => setState('idle'), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const said =
    state === 'done' ? 'Copied' : state === 'failed' ? 'Select and copy it by hand' : 'Copy';
  return (
    <Button
      look={words ? 'normal' : 'plain'}
      size="small"
      icon={state === 'done' ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      aria-label={state === 'idle' ? `Copy ${what}` : said}
      title={said}
      onClick={() => void copy(text).then((done) => setState(done ? 'done' : 'failed'))}
    >
      {words ? said : undefined}
    </Button>
  );
}

interface CopyLineProps {
  readonly text: string;
  readonly what: string;
  /** Drawn before it and not copied, `$` for a command. */
  readonly prompt?: string;
  readonly wrap?: boolean;
}

/** A line to take along: a command, an address, a token. */
export function CopyLine({ text, what, prompt, wrap = false }: CopyLineProps): ReactNode {
  return (
    <span className={wrap ? 'copy-line copy-line-wrap' : 'copy-line'}>
      {prompt === undefined ? null : (
        <span className="prompt mono" aria-hidden>
          {prompt}
        </span>
      )}
      {wrap ? (
        <code>{text}</code>
      ) : (
        <input
          className="copy-text"
          aria-label={what}
          readOnly
          value={text}
          title={text}
          onFocus={(event) => event.target.select()}
        />
      )}
      <CopyButton text={text} what={what} />
    </span>
  );
}
