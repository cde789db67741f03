// The benchmarks by name, in the order in which they run; each in the file of its name, loaded when it is wanted.
import type { Benchmark } from '../benchmark.ts';

export const benchmarkNames: readonly string[] = ['cost', 'accept-cpu', 'cold-start', 'simulate', 'post', 'replay', 'audit', 'growth', 'end-to-end', 'failover', 'start-up'];

export async function loadBenchmark(name: string): Promise<Benchmark> {
  const { benchmark } = (await import(`./${name}.ts`)) as { readonly benchmark: Benchmark };
  return benchmark;
}
