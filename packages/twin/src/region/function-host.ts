/**
 * Runs the very bundles that go to Lambda, in this process: loads each once, calls its handler, bounds its time.
 * It does not isolate functions from each other: in one region they share one environment, as they share its endpoints.
 * Their requests to a table say which of them calls, and it is held to its own rights there.
 */
import { pathToFileURL } from 'node:url';
import { callingAs } from './calling-function.ts';

export interface LoadedFunction {
  /** Rejects when the handler does, or when it takes longer than its time-out; the handler may then still be running. */
  invoke(event: unknown): Promise<unknown>;
}

export interface FunctionFile {
  readonly name: string;
  readonly path: string;
  readonly timeoutMs: number;
}

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

export class FunctionTimeout extends Error {
  override readonly name = 'FunctionTimeout';
}

export async function loadFunction({ name, path, timeoutMs }: FunctionFile): Promise<LoadedFunction> {
  const module = (await import(pathToFileURL(path).href)) as { readonly handler: Handler };
  let invocations = 0;
  return {
    invoke: async (event) => {
      invocations += 1;
      const deadline = Date.now() + timeoutMs;
      const context = { functionName: name, awsRequestId: `${name}-${process.pid}-${invocations}`, getRemainingTimeInMillis: () => deadline - Date.now() };
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new FunctionTimeout(`${name} took longer than ${timeoutMs} ms`)), timeoutMs);
      });
      try {
        return await Promise.race([callingAs(name, () => module.handler(event, context)), late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
