// The time, again and again while something runs that people watch; otherwise nothing is drawn anew.
import { useEffect, useState } from 'react';

const TICK_MS = 100;

export function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
  return isRunning ? now : Date.now();
}
