// How times and numbers are written. Pure: the same everywhere, whatever the reader's language, as they stand beside code.

/** `14:03:59`, in the reader's time zone. */
export const clockTime = (epochMs: number): string => {
  const time = new Date(epochMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
};

/** `2026-11-21 14:03:59`, in the reader's time zone. */
export const dateTime = (epochMs: number): string => {
  const time = new Date(epochMs);
  const day = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
  return `${day} ${clockTime(epochMs)}`;
};

/** A span in the unit in which it is read at a glance: `240 ms`, `3.4 s`, `2 min 05 s`. */
export function span(ms: number): string {
  const length = Math.max(0, ms);
  if (length < 1_000) return `${Math.round(length)} ms`;
  if (length < 60_000) return `${(length / 1_000).toFixed(1)} s`;
  const seconds = Math.floor(length / 1_000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** `12 345`: a thin gap, which no language takes for a decimal point. */
export const count = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');

/** `1 payment`, `2 payments`. */
export const plural = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;
