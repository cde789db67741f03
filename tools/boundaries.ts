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
  // The console of a deployment is served by the command line, with its operator's own credentials.
  cli: ['core', 'api', 'adapters', 'infra', 'simulation', 'console'],
  infra: ['functions'],
  bench: ['core', 'api', 'adapters', 'functions', 'simulation', 'twin'],
};
