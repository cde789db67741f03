import { expect, test } from 'vitest';
import { sentenceOf } from './event-sentence.ts';

test.each<[object, string]>([
  [{ type: 'region_health', region: 'us-east-1', healthy: false }, 'DNS takes us-east-1 for unhealthy.'],
  [{ type: 'epoch', epoch: 2, activeRegion: 'us-east-2', phase: 'moving', healed: false }, 'Epoch 2: the active role moves to us-east-2.'],
  [{ type: 'epoch', epoch: 2, activeRegion: 'us-east-2', phase: 'open', healed: true }, 'Epoch 2: us-east-2 settles, and all is healed.'],
  [{ type: 'move_healed', to: 'us-east-2', phases: { moveMs: 900, healMs: 2_100 } }, 'The move to us-east-2 is healed: moved in 900 ms, healed in 2.1 s.'],
  [{ type: 'link', link: 'acquirer.us-east-1', cut: true, delayMs: 0 }, 'The link acquirer.us-east-1 is cut.'],
  [{ type: 'link', link: 'acquirer.us-east-1', cut: false, delayMs: 0 }, 'The link acquirer.us-east-1 works again.'],
  [{ type: 'service', region: 'us-east-1', service: 'sqs', fail: false, delayMs: 500 }, 'For us-east-1, sqs is 500 ms late.'],
  [{ type: 'service', region: 'us-east-1', service: 'sqs', fail: true }, 'For us-east-1, sqs fails.'],
  [{ type: 'something_new', region: 'us-east-1', tries: 3 }, 'something new region: us-east-1, tries: 3'],
])('events: %j -> a sentence', (fields, sentence) => {
  expect(sentenceOf({ id: 1, at: 0, type: '', ...fields })).toBe(sentence);
});
