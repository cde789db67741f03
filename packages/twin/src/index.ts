// What tests, drills and benchmarks start a twin with.
export { createControlApi } from './control-api/control-api.ts';
export { Twin } from './twin.ts';
export { NotNow, UsageError } from './options.ts';
export type { TwinOptions } from './options.ts';
export type { MoveReport, TwinState } from './state.ts';
