// The workflow that carries a move out: it calls one function, step by step, until the move is done. It keeps nothing
// but the request: the epoch record alone says where the move stands, so that a workflow may die, be doubled or be
// started again at any step.
// Invariant: it calls nothing but that one function, in its own region, by its literal address.

/** Of one step, a fault of Lambda itself: some minutes of them, then the detector starts the move again. */
const RETRY = { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 20, BackoffRate: 1.5, MaxDelaySeconds: 10, JitterStrategy: 'FULL' } as const;

/**
 * An execution may hold 25,000 events and each step takes about a dozen. Whoever heals for longer leaves it to the
 * detector, which starts a move again that is not healed.
 */
const STEPS_MAX = 1500;

/** Longer than a function may run: then nobody answers any more. */
const STEP_LIMIT_S = 930;

export function moveWorkflow(orchestrateArn: string): object {
  return {
    Comment: 'One move of the active region, step by step',
    QueryLanguage: 'JSONata',
    StartAt: 'Begin',
    States: {
      Begin: { Type: 'Pass', Assign: { request: '{% $states.input %}', steps: 0 }, Next: 'Step' },
      Step: {
        Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', TimeoutSeconds: STEP_LIMIT_S,
        Arguments: { FunctionName: orchestrateArn, Payload: '{% $request %}' },
        Retry: [RETRY],
        Assign: { request: '{% $states.result.Payload.request %}', steps: '{% $steps + 1 %}' },
        Output: '{% $states.result.Payload %}',
        Next: 'Again',
      },
      Again: {
        Type: 'Choice',
        Choices: [
          { Condition: "{% $states.input.state != 'again' %}", Next: 'Ended' },
          { Condition: `{% $steps >= ${STEPS_MAX} %}`, Next: 'LeftToTheDetector' },
        ],
        Default: 'Wait',
      },
      Wait: { Type: 'Wait', Seconds: '{% $max([1, $ceil($states.input.waitMs / 1000)]) %}', Next: 'Step' },
      Ended: { Type: 'Succeed' },
      LeftToTheDetector: { Type: 'Succeed' },
    },
  };
}
