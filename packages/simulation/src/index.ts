// The simulator's public surface.
export { checkers } from './checkers/index.ts';
export { live } from './life.ts';
export type { LifeOptions, Outcome } from './life.ts';
export { defaultRtoConfiguration, simulateRto } from './rto/rto.ts';
export type { Quantiles, Rto, RtoConfiguration } from './rto/rto.ts';
