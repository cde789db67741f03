// The workflow stand-in, asked by the real SDK client.
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, onTestFinished, test } from 'vitest';
import { createStates } from './index.ts';
import type { WorkflowStep } from './index.ts';

type Answer = WorkflowStep | Error;

async function workflow(answers: readonly Answer[]) {
  const requests: unknown[] = [];
  const ended = Promise.withResolvers<{ readonly name: string; readonly state: string }>();
  const states = createStates({
    step: async (request) => {
      const answer = answers[requests.push(request) - 1];
      if (answer === undefined) throw new Error('asked once too often');
      if (answer instanceof Error) throw answer;
      return answer;
    },
    onEnd: ended.resolve,
  });
  const port = await states.listen();
  onTestFinished(() => states.close());
  const client = new SFNClient({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  const start = (name: string, input: string) => client.send(new StartExecutionCommand({ stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:move', name, input }));
  return { requests, ended: ended.promise, start };
}

const again = (request: unknown): WorkflowStep => ({ state: 'again', request, waitMs: 1 });
const done: WorkflowStep = { state: 'done', request: {}, waitMs: 0 };

test('workflow: again, again, done -> called with each answer\'s request until it ends', async () => {
  const { start, requests, ended } = await workflow([again({ n: 2 }), again({ n: 3 }), done]);
  await start('run-1', '{"n":1}');
  expect(await ended).toEqual({ name: 'run-1', state: 'done' });
  expect(requests).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test('workflow: a function that fails once -> called again with the same request', async () => {
  const { start, requests, ended } = await workflow([new Error('a blip'), done]);
  await start('run-2', '{"n":1}');
  expect((await ended).state).toBe('done');
  expect(requests).toEqual([{ n: 1 }, { n: 1 }]);
});

test('workflow: the same name while it runs -> one execution', async () => {
  const { start, requests, ended } = await workflow([{ ...again({ n: 1 }), waitMs: 300 }, done]);
  await Promise.all([start('run-3', '{"n":1}'), start('run-3', '{"n":1}')]);
  await ended;
  expect(requests).toHaveLength(2);
});

test('workflow: an impossible name or no input -> the AWS error, nothing started', async () => {
  const { start, requests } = await workflow([]);
  await expect(start('a name with spaces', '{}')).rejects.toMatchObject({ name: 'InvalidName' });
  expect(requests).toEqual([]);
});
