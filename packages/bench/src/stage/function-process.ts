// A warm function in a process of its own: started once, asked round after round.
import { join } from 'node:path';
import { startChild } from '@understudy/twin';
import type { Bench } from '../benchmark.ts';
import type { CallOrder, CallReport } from './caller.process.ts';

export interface WarmFunction {
  readonly pid: number;
  call(times: number, prefix: string, profileTo?: string): Promise<CallReport>;
}

export interface FunctionToStart {
  readonly name: string;
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
}

export async function startFunction({ folder, after }: Pick<Bench, 'folder' | 'after'>, { name, bundle, environment }: FunctionToStart): Promise<WarmFunction> {
  let [done, failed]: [(report: CallReport) => void, (error: Error) => void] = [() => undefined, () => undefined];
  const logFile = join(folder, `${name}.log`);
  const child = await startChild({
    entry: new URL('caller.process.ts', import.meta.url),
    configuration: { bundle },
    environment,
    logFile,
    onMessage: (message) => done(message as unknown as CallReport),
    onCrash: (how) => failed(new Error(`${name} ended (${how}); see ${logFile}`)),
  });
  after(() => child.stop());
  return {
    pid: child.pid,
    call: (times, prefix, profileTo) => {
      const answered = new Promise<CallReport>((resolve, reject) => {
        [done, failed] = [resolve, reject];
      });
      child.send({ event: 'call', times, prefix, ...(profileTo !== undefined && { profileTo }) } satisfies CallOrder);
      return answered;
    },
  };
}
