// The simulator's public surface.
export { checkers } from './checkers/index.ts';
export { live } from './life.ts';
export type { LifeOptions, Outcome } from './life.ts';
