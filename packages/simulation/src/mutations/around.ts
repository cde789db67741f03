// Bugs planted around payments: in who may call, what is published, who watches, and what is kept for years.
import type { KeyStore } from '@understudy/core';
import type { Stage } from '../stage.ts';
import { changed, orElse } from './mutation.ts';
import type { Mutation } from './mutation.ts';

const remembered = new WeakMap<Stage, Map<string, Awaited<ReturnType<KeyStore['find']>>>>();

export const aroundMutations: readonly Mutation[] = [
  {
    name: 'a key that cannot be looked at is refused',
    sign: /refused while it stands/,
    plant: (ports) => ({ ...ports, keys: changed(ports.keys, { find: (hash) => orElse(() => ports.keys.find(hash), undefined) }) }),
  },
  {
    name: 'a key that was good is good for ever',
    sign: /let in after its owner was told/,
    plant: (ports, _actor, stage) => ({ ...ports, keys: changed(ports.keys, { find: async (hash) => {
      const known = remembered.get(stage) ?? new Map<string, Awaited<ReturnType<KeyStore['find']>>>();
      remembered.set(stage, known);
      if (!known.has(hash)) known.set(hash, await ports.keys.find(hash));
      return known.get(hash);
    } }) }),
  },
  {
    name: 'a rotation ends the old key at once',
    sign: /refused while it stands/,
    plant: (ports) => ({ ...ports, keys: changed(ports.keys, { revoke: (hash, revocation) => ports.keys.revoke(hash, { ...revocation, revokedAt: ports.clock.now() }) }) }),
  },
  {
    name: 'a settlement file leaves out what was given back',
    sign: /stands in 0 files/,
    plant: (ports) => ({ ...ports, settlement: changed(ports.settlement, { entries: async (file) => (await ports.settlement.entries(file)).filter((entry) => entry.refundId === undefined) }) }),
  },
  {
    name: 'a receipt that a bucket may not have counts as written',
    sign: /has no receipt/,
    plant: (ports) => ({ ...ports, receipts: changed(ports.receipts, { dayToCheck: async () => undefined }), bucket: changed(ports.bucket, { putIfAbsent: (object) => orElse(() => ports.bucket.putIfAbsent(object), 'exists') }) }),
  },
  {
    name: 'one vote is enough',
    sign: /which the witness reaches/,
    plant: (ports) => ports,
    watch: (ports) => ({ ...ports, votes: changed(ports.votes, { list: async () => {
      const votes = await ports.votes.list();
      const mine = votes.find((vote) => vote.vantage === ports.vantage);
      return mine ? [...votes.filter((vote) => vote.vantage !== 'us-west-2'), { ...mine, vantage: 'us-west-2' as const }] : votes;
    } }) }),
  },
  {
    name: 'a tombstone is taken for an id that was never seen',
    sign: /answered accepted as new/,
    plant: (ports) => ({ ...ports, journal: changed(ports.journal, { accept: async (key, acceptance) => ((await ports.journal.read(key))?.tombstone ? { code: 'created' as const } : ports.journal.accept(key, acceptance)) }) }),
  },
  {
    name: 'a redrive leaves the payment set aside',
    sign: /does not come to rest/,
    plant: (ports) => ({ ...ports, upkeep: changed(ports.upkeep, { release: async () => true }) }),
  },
  {
    name: 'a page of the index that cannot be read is an empty one',
    sign: /healed was said/,
    plant: (ports, actor) => (actor.name !== 'orchestrator' ? ports : { ...ports, workIndex: {
      scan: async () => ({ payments: [] }),
      all: (limit) => orElse(() => ports.workIndex.all(limit), []),
      query: (query) => orElse(() => ports.workIndex.query(query), { entries: [] }),
    } }),
  },
];
