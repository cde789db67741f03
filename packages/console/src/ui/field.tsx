// A text or a choice with its name above it.
import type { ReactNode } from 'react';

export interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly size?: number;
  /** A choice among these; `''` stands for any. */
  readonly choices?: readonly (readonly [value: string, label: string])[];
  /** Offered while typing. */
  readonly suggestions?: readonly string[];
  readonly isRequired?: boolean;
}

export function Field({ label, value, onChange, placeholder, size = 16, choices, suggestions = [], isRequired }: FieldProps): ReactNode {
  const listId = `choices-${label.replaceAll(/\W/g, '-')}`;
  return (
    <label className="field">
      {label}
      {choices
        ? <select value={value} onChange={(event) => onChange(event.target.value)}>{choices.map(([each, text]) => <option key={each} value={each}>{text}</option>)}</select>
        : <input value={value} size={size} placeholder={placeholder} required={isRequired} spellCheck={false} autoComplete="off" list={suggestions.length > 0 ? listId : undefined} onChange={(event) => onChange(event.target.value)} />}
      {suggestions.length > 0 && <datalist id={listId}>{suggestions.map((each) => <option key={each} value={each} />)}</datalist>}
    </label>
  );
}
