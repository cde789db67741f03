// The grain of simulated time. Each call of a port takes a tick or more, so that a life of a few thousand calls lasts
// minutes, and the protocol's own waits of seconds to a minute keep their place between calls and moves.
export const TICK_MS = 100;

export const ticks = (count: number): number => count * TICK_MS;
