// Tells when the colours change, to what cannot follow a style sheet by itself: a canvas.
import { useEffect, useState } from 'react';

/** A number that grows with each change. */
export function useThemeVersion(): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const turn = (): void => setVersion((before) => before + 1);
    const system = matchMedia('(prefers-color-scheme: dark)');
    const root = new MutationObserver(turn);
    system.addEventListener('change', turn);
    root.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      system.removeEventListener('change', turn);
      root.disconnect();
    };
  }, []);
  return version;
}
