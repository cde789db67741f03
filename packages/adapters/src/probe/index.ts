export { createHttpProbe } from './http-probe.ts';
export type { HttpProbeOptions } from './http-probe.ts';
