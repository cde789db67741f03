import { expect, test } from 'vitest';
import { EventHub } from './event-hub.ts';

test('events: a page that heard some comes again -> it is told the rest; one that heard another twin -> all', () => {
  const hub = new EventHub();
  for (const type of ['ready', 'epoch', 'resolver']) hub.emit(type);
  const typesSince = (id: number): readonly string[] => hub.since(id).map(({ type }) => type);
  expect(typesSince(0)).toEqual(['ready', 'epoch', 'resolver']);
  expect(typesSince(2)).toEqual(['resolver']);
  expect(typesSince(3)).toEqual([]);
  expect(typesSince(500)).toEqual(['ready', 'epoch', 'resolver']);
});
