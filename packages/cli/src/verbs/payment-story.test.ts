import { expect, test } from 'vitest';
import { testDesk } from '../desk.test-support.ts';
import { show } from './payment-story.ts';

const CARD = '4111111111111111';

test.each([
  ['a card number', 'demo', CARD, /card number/],
  ['no id', 'demo', 'a#b', /^the id must be/],
  ['no merchant', 'demo#x', 'a', /^--merchant must be/],
])('payments show: %s -> refused before anything is asked, exit 2, and it is not repeated', async (_what, merchant, id, sentence) => {
  const refusal = await show(testDesk(), { merchant }, [id]).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ exitCode: 2, message: expect.stringMatching(sentence) });
  expect(String(refusal)).not.toContain(CARD);
});
