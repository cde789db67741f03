// Bugs planted in who may pay a checkout session.
import { changed } from './mutation.ts';
import type { Mutation } from './mutation.ts';

export const sessionMutations: readonly Mutation[] = [
  {
    name: 'a payment is accepted whoever holds the session',
    sign: /session \d: paid by/,
    plant: (ports) => ({ ...ports, holds: changed(ports.holds, { take: async (key, hold) => {
      await ports.holds.take(key, hold);
      return hold;
    } }) }),
  },
  {
    name: 'a session is taken over from whoever holds it by now',
    sign: /session \d: paid by/,
    plant: (ports) => ({ ...ports, holds: changed(ports.holds, { takeOver: async (key, _from, hold) => ports.holds.takeOver(key, (await ports.holds.read(key))?.transactionId ?? hold.transactionId, hold) }) }),
  },
  {
    name: 'a holder that was never accepted is replaced without its id being spent',
    sign: /session \d: paid by/,
    plant: (ports, actor) => (actor.name !== 'client' ? ports : { ...ports, journal: changed(ports.journal, { spend: async () => ({ code: 'spent' as const }) }) }),
  },
];
