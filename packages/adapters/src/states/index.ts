export { createStatesMover } from './states-mover.ts';
export type { StatesMoverOptions } from './states-mover.ts';
