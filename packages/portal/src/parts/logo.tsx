import type { ReactNode } from 'react';

/** Three lanes, each a little further: preview, staging, production. */
export function Logo({ size = 28 }: { readonly size?: number }): ReactNode {
  return (
    <svg className="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#1b1d22" />
      <rect
        x=".5"
        y=".5"
        width="31"
        height="31"
        rx="7.5"
        fill="none"
        stroke="#ffffff"
        strokeOpacity=".14"
      />
      <g strokeWidth="3.5" strokeLinecap="round">
        <path d="M7 10.5h11" stroke="#8fb0ff" />
        <path d="M11 16h11" stroke="#c3d4ff" />
        <path d="M15 21.5h10" stroke="#ffffff" />
      </g>
    </svg>
  );
}
