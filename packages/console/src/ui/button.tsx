// A button that says why it cannot be pressed. It stays reachable then, so that keyboard and screen reader find the reason.
import { useId } from 'react';
import type { ReactNode } from 'react';

export interface ButtonProps {
  readonly children: ReactNode;
  readonly onClick: () => void;
  readonly kind?: 'plain' | 'primary' | 'danger' | 'danger-solid';
  /** Why it is not possible now; undefined when it is. */
  readonly blocked?: string | undefined;
  /** For a button that is either on or off. */
  readonly pressed?: boolean;
  /** When the words on it do not say enough without what stands around it. */
  readonly label?: string;
}

export function Button({ children, onClick, kind = 'plain', blocked, pressed, label }: ButtonProps): ReactNode {
  const id = useId();
  const isBlocked = blocked !== undefined;
  return (
    <span className="button-wrap">
      <button type="button" className="button" data-kind={kind} aria-disabled={isBlocked} aria-describedby={isBlocked ? id : undefined} aria-pressed={pressed} aria-label={label}
        onClick={() => {
          if (!isBlocked) onClick();
        }}>
        {children}
      </button>
      {isBlocked && <span className="why" role="tooltip" id={id}>{blocked}</span>}
    </span>
  );
}
