// Light, dark, or as the system has it. Kept in this browser only.
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];
const KEY = 'understudy.theme';

const stored = (): Theme => themes.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system';

/** Before anything is drawn, so that no page flashes in the other colours. */
export function applyTheme(theme: Theme = stored()): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

export function ThemeSwitch(): ReactNode {
  const [theme, setTheme] = useState(stored);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  const turn = (): void => {
    localStorage.setItem(KEY, next);
    applyTheme(next);
    setTheme(next);
  };
  return <Button onClick={turn} label={`Colours: ${theme}. Change to ${next}`}>Colours: {theme}</Button>;
}
