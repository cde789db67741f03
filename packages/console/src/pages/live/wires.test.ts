import { expect, test } from 'vitest';
import type { LinkEffect, LinkState } from '../../contract/index.ts';
import { lookOf, middleOf, wires } from './wires.ts';

const link = (effects: readonly LinkEffect[] = [], target: number | null = 1): LinkState =>
  ({ name: 'l', from: 'a', to: 'b', target, connections: 0, bytesForward: 0, bytesBack: 0, effects: effects.map((effect) => ({ ...effect, faultId: 'f' })) });

/** As the twin names them. */
const named: readonly (readonly [name: string, from: string, to: string])[] = [
  ...(['us-east-1', 'us-east-2'] as const).flatMap((region): readonly (readonly [string, string, string])[] => {
    const peer = region === 'us-east-1' ? 'us-east-2' : 'us-east-1';
    return [
      [`api.${region}`, 'clients', region], [`resolver.${region}`, 'dns', region], [`dynamodb.${region}`, region, 'global-table'], [`dynamodb-peer.${region}`, region, peer],
      [`sessions-replication.${region}`, region, peer], [`sqs.${region}.${region}`, region, region], [`sqs.${region}.${peer}`, region, peer], [`ledger.${region}.${region}`, region, region],
      [`ledger.${region}.${peer}`, region, peer], [`bucket.${region}.${region}`, region, region], [`bucket.${region}.${peer}`, region, peer], [`bucket-replication.${region}`, region, peer],
      [`sns.${region}`, region, region], [`states.${region}`, region, region], [`rds.${region}`, region, 'rds'], [`acquirer.${region}`, region, 'acquirer'], [`replication.${region}`, region, peer],
      [`probe.${region}.${peer}`, region, peer], [`probe.us-west-2.${region}`, 'us-west-2', region], [`dynamodb.us-west-2.${region}`, 'us-west-2', 'global-table'], [`operator.sqs.${region}`, 'operator', region],
    ];
  }),
  ['sns.us-west-2', 'us-west-2', 'us-west-2'],
];

test.each(named)('wires: the link %s -> runs along exactly one', (name, from, to) => {
  expect(wires.filter(({ carries }) => carries({ name, from, to })).map(({ id }) => id)).toHaveLength(1);
});

test.each<[string, readonly LinkState[], string, string]>([
  ['whole links', [link(), link()], 'whole', ''],
  ['one of two cut', [link([{ kind: 'cut' }]), link([{ kind: 'delay', delayMs: 5 }])], 'cut', '1 of 2 cut'],
  ['the only one loses replies', [link([{ kind: 'drop', direction: 'replies' }])], 'cut', 'cut'],
  ['delays that add up', [link([{ kind: 'delay', delayMs: 200 }, { kind: 'delay', delayMs: 300 }])], 'late', '+500 ms'],
  ['nothing at the far end', [link([], null)], 'down', 'down'],
])('wires: %s -> the worst of it', (_what, links, status, words) => {
  expect(lookOf(links)).toEqual({ status, words });
});

test('wires: a bent one -> its words stand in the middle of the longest stretch', () => {
  expect(middleOf([[0, 0], [10, 0], [10, 100]])).toEqual([10, 50]);
});
