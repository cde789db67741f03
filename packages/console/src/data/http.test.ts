import { expect, test } from 'vitest';
import { isUnknown, Refused } from './http.ts';

test.each<[string, Error, boolean]>([
  ['nobody answered in time', new Error('no answer within 60 s'), true],
  ['a record did not answer', new Refused(503, 'unavailable', 'do it again'), true],
  ['it is not possible', new Refused(409, 'not_now', 'it is decided'), false],
  ['it was not understood', new Refused(400, 'invalid_request', 'amount'), false],
])('an order: %s -> says whether that is unknown', (_what, error, expected) => {
  expect(isUnknown(error)).toBe(expected);
});
