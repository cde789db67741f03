// What a process has without any service: time, randomness, a digest.
export { sha256Hex } from './sha256-hex.ts';
export { systemClock } from './system-clock.ts';
export { systemRandom } from './system-random.ts';
