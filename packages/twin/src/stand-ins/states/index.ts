/**
 * A stand-in for AWS Step Functions over AWS JSON 1.0: StartExecution, for one workflow shape: call a function with its
 * last answer's `request` until it stops saying `again`. The state machine that is deployed has the same loop.
 * It does not interpret ASL, keep a history or survive its process: whoever comes next resumes from the epoch record.
 */
import { AwsError } from '../wire/aws-error.ts';
import { createHttpFront } from '../wire/http-front.ts';
import { answerJson } from '../wire/json-protocol.ts';

/** What one call of the workflow's function answers. */
export interface WorkflowStep {
  readonly state: string;
  readonly request: unknown;
  readonly waitMs: number;
}

export interface StatesOptions {
  /** Calls the function once; may reject. */
  readonly step: (request: unknown) => Promise<WorkflowStep>;
  readonly onEnd?: (execution: { readonly name: string; readonly state: string }) => void;
}

export interface States {
  start(name: string, request: unknown): void;
  listen(port?: number): Promise<number>;
  close(): Promise<void>;
}

/** A function that rejects is retried as the deployed state machine does: a few times, with growing pauses. */
const RETRIES_MAX = 8;
const RETRY_PAUSE_MS = 250;
const BODY_BYTES_MAX = 256 * 1024;
const ARN = 'arn:aws:states:local:000000000000:execution:move';

export function createStates({ step, onEnd }: StatesOptions): States {
  const running = new Set<string>();
  const closing = new AbortController();
  const run = async (name: string, first: unknown): Promise<void> => {
    let [request, state, failures] = [first, 'again', 0];
    while (state === 'again' && !closing.signal.aborted) {
      try {
        const answer = await step(request);
        ({ request, state } = answer);
        failures = 0;
        await pause(answer.waitMs, closing.signal);
      } catch {
        failures += 1;
        if (failures > RETRIES_MAX) state = 'failed';
        else await pause(RETRY_PAUSE_MS * 2 ** failures, closing.signal);
      }
    }
    running.delete(name);
    onEnd?.({ name, state });
  };
  const start = (name: string, request: unknown): void => {
    if (running.has(name)) return;
    running.add(name);
    void run(name, request);
  };
  const operations = {
    StartExecution: (input: unknown) => {
      const { name, input: request } = readStart(input);
      start(name, JSON.parse(request));
      return { executionArn: `${ARN}:${name}`, startDate: Date.now() / 1000 };
    },
  };
  const front = createHttpFront(BODY_BYTES_MAX, answerJson({ namespace: 'com.amazonaws.states', operations, queryErrorCodes: {} }));
  return {
    start,
    listen: (port) => front.listen(port),
    close: async () => {
      closing.abort();
      await front.close();
    },
  };
}

function readStart(input: unknown): { readonly name: string; readonly input: string } {
  const fields = typeof input === 'object' && input !== null ? (input as Readonly<Record<string, unknown>>) : {};
  const { name, input: text } = fields;
  if (typeof name !== 'string' || !/^[\w.-]{1,80}$/.test(name)) throw new AwsError('InvalidName', 'name must be 1 to 80 letters, digits, . _ or -');
  if (typeof text !== 'string') throw new AwsError('InvalidExecutionInput', 'input must be a JSON text');
  return { name, input: text };
}

const pause = (durationMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (durationMs <= 0 || signal.aborted) return resolve();
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
