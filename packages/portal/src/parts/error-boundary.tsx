import { Component, type ReactNode } from 'react';
import { troubleOf } from '../api/problems.ts';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
  /** A new place is a new start. */
  readonly place: string;
}

interface ErrorBoundaryState {
  readonly error: unknown;
  readonly place: string;
}

/** Keeps a page that fails from taking the others along. The one thing that React asks a class for. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: undefined, place: this.props.place };

  static getDerivedStateFromError(error: unknown): Partial<ErrorBoundaryState> {
    return { error };
  }

  static getDerivedStateFromProps(
    props: ErrorBoundaryProps,
    state: ErrorBoundaryState,
  ): Partial<ErrorBoundaryState> | null {
    return props.place === state.place ? null : { error: undefined, place: props.place };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <Notice tone="bad" title="This page failed" urgent>
        <p>{troubleOf(error).detail}</p>
        <p className="quiet">
          The platform may have been updated while it was open. Loading it again mends that.
        </p>
        <p>
          <Button size="small" onClick={() => window.location.reload()}>
            Load again
          </Button>
        </p>
      </Notice>
    );
  }
}
