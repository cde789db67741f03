/**
 * The one place that says which workspace may import which.
 * Read by oxlint.config.ts (the gate) and by boundaries.test.ts (the proof that the gate bites).
 */
export const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  api: ['core'],
  adapters: ['core'],
  functions: ['core', 'api', 'adapters'],
  console: ['core', 'api'],
  twin: ['core', 'api', 'adapters', 'functions', 'console'],
  simulation: ['core', 'adapters'],
  cli: ['core', 'api', 'adapters', 'infra', 'simulation'],
  infra: ['functions'],
  bench: ['core', 'api', 'adapters', 'functions', 'simulation', 'twin'],
};
