/** EventBridge's part: calls something at an interval, never twice at once; a run that takes longer skips the beats it missed. */

export interface Schedule {
  stop(): void;
}

export function every(intervalMs: number, run: () => Promise<unknown>, onFault: (error: unknown) => void): Schedule {
  let running = false;
  const beat = async () => {
    if (running) return;
    running = true;
    try {
      await run();
    } catch (error) {
      onFault(error);
    } finally {
      running = false;
    }
  };
  const timer = setInterval(() => void beat(), intervalMs);
  return { stop: () => clearInterval(timer) };
}
