// A desk for tests of verbs: what was said and asked is kept, and everything that is asked is answered as told.
import type { Desk } from './verb.ts';

export interface TestDesk extends Desk {
  readonly said: string[];
  readonly questions: string[];
}

const nothing = (): Promise<never> => Promise.reject(new Error('this verb should not connect'));

/** `typed`: what the person types when asked. */
export function testDesk({ typed = '', environment = {} }: { readonly typed?: string; readonly environment?: Desk['environment'] } = {}): TestDesk {
  const said: string[] = [];
  const questions: string[] = [];
  const answering = (consequence: string, wanted: string) => {
    questions.push(consequence);
    return Promise.resolve(typed === wanted);
  };
  return {
    said, questions, environment,
    addresses: nothing, connect: nothing,
    progress: () => undefined, onStop: () => undefined,
    say: (line) => void said.push(line),
    confirm: (consequence) => answering(consequence, 'yes'),
    confirmBy: (word, consequence) => answering(consequence, word),
  };
}
