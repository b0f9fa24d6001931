import type { ButtonHTMLAttributes, ReactNode } from 'react';

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  readonly look?: 'normal' | 'primary' | 'danger' | 'danger-solid' | 'plain';
  readonly size?: 'normal' | 'small';
  readonly icon?: ReactNode;
  /** Why it does nothing now. It stays in the tab order, so that everybody can learn the reason. */
  readonly not?: string | undefined;
  readonly busy?: boolean;
}

export function Button(props: ButtonProps): ReactNode {
  const {
    look = 'normal',
    size = 'normal',
    icon,
    not,
    busy = false,
    children,
    className,
    onClick,
    ...rest
  } = props;
  const off = not !== undefined || busy;
  const classes = [
    'button',
    look === 'normal' ? '' : `button-${look}`,
    size === 'small' ? 'button-small' : '',
    children === undefined ? 'button-icon' : '',
    className ?? '',
  ];
  return (
    <button
      type="button"
      {...rest}
      className={classes.filter(Boolean).join(' ')}
      {...(off ? { 'aria-disabled': true } : {})}
      {...(not === undefined ? {} : { title: not, 'aria-description': not })}
      {...(busy ? { 'aria-busy': true } : {})}
      onClick={(event) => {
        if (off) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon}
      {children}
    </button>
  );
}
