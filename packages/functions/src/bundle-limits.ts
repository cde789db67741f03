// What a bundle may cost at each cold start. Invariant: tests and measurements judge by these and by no other figures.

/** Each kilobyte is read and compiled at each cold start. */
export const BUNDLE_BYTES_MAX = 300_000;

/** Processor time of an import in a fresh process, on a machine like a developer's; a small function has a third of it. */
export const IMPORT_MS_MAX = 60;

export const isTooMuch = ({ bytes, importMs = 0 }: { readonly bytes: number; readonly importMs?: number }): boolean => bytes > BUNDLE_BYTES_MAX || importMs > IMPORT_MS_MAX;
