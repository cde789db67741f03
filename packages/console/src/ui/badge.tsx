// A state in a word. Every tone has a sign of its own, so that nobody needs the colour.
import type { ReactNode } from 'react';

export type Tone = 'good' | 'bad' | 'note' | 'info' | 'plain';

export interface BadgeLook {
  readonly tone: Tone;
  readonly label: string;
}

const signs: Readonly<Record<Tone, string>> = { good: '●', bad: '✕', note: '▲', info: '◆', plain: '○' };

export function Badge({ tone, label }: BadgeLook): ReactNode {
  return <span className="badge" data-tone={tone}><span aria-hidden="true">{signs[tone]}</span>{label}</span>;
}
