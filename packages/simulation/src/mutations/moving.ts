// Bugs planted in moving the active role, healing and confirming.
import { keyText } from '@understudy/core';
import { changed } from './mutation.ts';
import type { Mutation } from './mutation.ts';

export const movingMutations: readonly Mutation[] = [
  {
    name: 'settlement does not wait for the move to end',
    sign: /while it was moving/,
    plant: (ports, actor) => (actor.name === 'orchestrator' ? ports : { ...ports, epochs: changed(ports.epochs, { read: async () => ({ ...(await ports.epochs.read()), phase: 'open' as const }) }) }),
  },
  {
    name: 'any server of the standby region confirms',
    sign: /confirmed by a server on another timeline|the standby lacks/,
    plant: (ports, actor) => actor.name !== 'confirmer' ? ports : { ...ports, ledger: changed(ports.ledger, {
      withSnapshot: (use) => ports.ledger.withSnapshot(async (snapshot) => {
        const { epoch } = await ports.epochs.read();
        return use({ inRecovery: true, fence: epoch, present: (keys) => snapshot.present(keys) });
      }),
    }) },
  },
  {
    name: 'the standby confirms what it has not looked for',
    sign: /the standby lacks its row/,
    plant: (ports, actor) => actor.name !== 'confirmer' ? ports : { ...ports, ledger: changed(ports.ledger, {
      withSnapshot: (use) => ports.ledger.withSnapshot((snapshot) => use({ inRecovery: snapshot.inRecovery, fence: snapshot.fence, present: async (keys) => new Map(keys.map((key) => [keyText(key), []])) })),
    }) },
  },
  {
    name: 'healed is said without a pass over the work',
    sign: /healed was said/,
    plant: (ports, actor) => (actor.name !== 'orchestrator' ? ports : { ...ports, workIndex: changed(ports.workIndex, { all: async () => [], query: async () => ({ entries: [] }), scan: async () => ({ payments: [] }) }) }),
  },
  {
    name: 'a promoted ledger keeps the fence that it had',
    sign: /does not come to rest|no primary of its epoch/,
    plant: (ports) => ({ ...ports, control: changed(ports.control, { raiseFence: async () => ({ code: 'raised' }) }) }),
  },
  {
    name: 'a move is claimed without comparing',
    sign: /the epoch went from|epochs decrease|while it was moving|does not come to rest/,
    plant: (ports, _actor, { world }) => ({ ...ports, epochs: changed(ports.epochs, { compareAndSet: async (_expected, next) => ports.epochs.compareAndSet(await world.backstage.epochs.read(), next) }) }),
  },
];
