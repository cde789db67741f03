// All benchmarks, in the order in which they run: the short ones first.
import type { Benchmark } from '../benchmark.ts';
import { acceptCpu } from './accept-cpu.ts';
import { auditBenchmark } from './audit.ts';
import { coldStart } from './cold-start.ts';
import { cost } from './cost.ts';
import { post } from './post.ts';
import { replayBenchmark } from './replay.ts';
import { simulate } from './simulate.ts';
import { startUp } from './start-up.ts';

export const benchmarks: readonly Benchmark[] = [cost, acceptCpu, coldStart, simulate, post, replayBenchmark, auditBenchmark, startUp];
