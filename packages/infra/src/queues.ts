// Which queue each function takes from, and which topic of its region the queue hears.
// Invariant: a function that takes from a queue and is not named here stops the synthesis.

export interface QueuePlan {
  readonly queue: string;
  readonly subscribes?: string;
}

const plans: Readonly<Record<string, QueuePlan>> = {
  settle: { queue: 'payments' },
  notify: { queue: 'notices', subscribes: 'transactions' },
};

export function queueOf(functionName: string): QueuePlan {
  const plan = plans[functionName];
  if (!plan) throw new Error(`the function ${functionName} takes from a queue; say in queues.ts from which`);
  return plan;
}
