// What stands where content would: nothing there, not there yet, could not be read.
import type { ReactNode } from 'react';
import type { Resource } from '../data/use-resource.ts';
import { Button } from './button.tsx';

interface StateProps {
  readonly children: ReactNode;
}

export const Empty = ({ children }: StateProps): ReactNode => <div className="state">{children}</div>;

export const Loading = ({ children = 'Reading' }: Partial<StateProps>): ReactNode => <div className="state" role="status">{children} …</div>;

export interface FailureProps {
  readonly error: Error;
  readonly onRetry?: () => void;
}

export const Failure = ({ error, onRetry }: FailureProps): ReactNode => (
  <div className="state" data-kind="failure" role="alert">
    <p>{error.message}</p>
    {onRetry && <Button onClick={onRetry}>Try again</Button>}
  </div>
);

export interface LoadedProps<T> {
  readonly from: Resource<T>;
  readonly children: (value: T) => ReactNode;
}

/** The value once it is there; what was read before stays visible while it is read again or cannot be. */
export function Loaded<T>({ from, children }: LoadedProps<T>): ReactNode {
  return (
    <>
      {from.error && <Failure error={from.error} onRetry={from.reload} />}
      {from.value === undefined ? !from.error && <Loading /> : children(from.value)}
    </>
  );
}
