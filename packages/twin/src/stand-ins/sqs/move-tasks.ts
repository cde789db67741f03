/**
 * StartMessageMoveTask: the redrive of a dead-letter queue, a slice at a time.
 * Invariant: at most one task runs a source queue; a message is moved by the store in one logged step.
 * A task does not survive its process: what it has not moved stays in the dead-letter queue. It cannot be cancelled.
 */
import { randomUUID } from 'node:crypto';
import type { QueueStore } from './queue-store.ts';
import type { Queue } from './queue.ts';
import { AwsError } from '../wire/aws-error.ts';

export interface MoveRequest {
  readonly SourceArn: string;
  readonly DestinationArn?: string | undefined;
  readonly MaxNumberOfMessagesPerSecond?: number | undefined;
}

interface MoveTask extends MoveRequest {
  TaskHandle: string | undefined;
  Status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  FailureReason?: string;
  ApproximateNumberOfMessagesMoved: number;
  readonly ApproximateNumberOfMessagesToMove: number;
  readonly StartedTimestamp: number;
}

/** Short enough that a slow rate is even, and that a fast one does not hold up the process. */
const SLICE_MS = 100;
/** Per slice when no rate was asked for. */
const SLICE_COUNT_MAX = 500;
/** AWS shows the last ten tasks of a source. */
const HISTORY_MAX = 10;

const noQueue = (): AwsError => new AwsError('ResourceNotFoundException', 'The resource that you specified for the queue does not exist.', 404);

export class MoveTasks {
  readonly #store: QueueStore;
  readonly #tasks = new Map<Queue, MoveTask[]>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(store: QueueStore) {
    this.#store = store;
  }

  start(request: MoveRequest): { TaskHandle: string } {
    const source = this.#store.findByArn(request.SourceArn);
    if (source === undefined) throw noQueue();
    if (request.DestinationArn !== undefined && !this.#store.findByArn(request.DestinationArn)) throw noQueue();
    if (!this.#store.isDeadLetterQueue(source)) {
      throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
    }
    const earlier = this.#tasks.get(source) ?? [];
    if (earlier[0]?.Status === 'RUNNING') throw new AwsError('UnsupportedOperation', 'There is already a task running.');
    const TaskHandle = randomUUID();
    const task: MoveTask = {
      ...request,
      TaskHandle,
      Status: 'RUNNING',
      ApproximateNumberOfMessagesMoved: 0,
      ApproximateNumberOfMessagesToMove: source.counts(this.#store.now()).visible,
      StartedTimestamp: this.#store.now(),
    };
    this.#tasks.set(source, [task, ...earlier].slice(0, HISTORY_MAX));
    this.#later(0, () => this.#move(source, task));
    return { TaskHandle };
  }

  list(sourceArn: string, countMax: number): readonly object[] {
    const source = this.#store.findByArn(sourceArn);
    if (source === undefined) throw noQueue();
    return (this.#tasks.get(source) ?? []).slice(0, countMax);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #move(source: Queue, task: MoveTask): void {
    try {
      this.#moveSlice(source, task);
    } catch (cause) {
      this.#end(task, cause instanceof Error ? cause.message : 'unknown fault');
    }
  }

  #moveSlice(source: Queue, task: MoveTask): void {
    const rate = task.MaxNumberOfMessagesPerSecond;
    const countMax = rate === undefined ? SLICE_COUNT_MAX : Math.max(1, Math.floor((rate * SLICE_MS) / 1000));
    for (let count = 0; count < countMax; count += 1) {
      // What arrives after the start is not this task's: a poisonous message would go round for ever.
      if (task.ApproximateNumberOfMessagesMoved >= task.ApproximateNumberOfMessagesToMove) return this.#end(task);
      const outcome = this.#store.redrive(source, (message) => this.#store.findByArn(task.DestinationArn ?? message.sourceArn ?? ''));
      if (outcome === 'empty') return this.#end(task);
      if (outcome === 'no destination') return this.#end(task, 'CouldNotDetermineMessageSource');
      task.ApproximateNumberOfMessagesMoved += 1;
    }
    this.#later(rate === undefined ? 1 : (countMax * 1000) / rate, () => this.#move(source, task));
  }

  #end(task: MoveTask, failureReason?: string): void {
    task.Status = failureReason === undefined ? 'COMPLETED' : 'FAILED';
    if (failureReason !== undefined) task.FailureReason = failureReason;
    task.TaskHandle = undefined;
  }

  #later(delayMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs);
    this.#timers.add(timer);
  }
}
