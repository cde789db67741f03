// Bugs planted in telling merchants what became of their payments.
import { changed, orElse } from './mutation.ts';
import type { Mutation } from './mutation.ts';

export const tellingMutations: readonly Mutation[] = [
  {
    name: 'a notice that did not arrive counts as told',
    sign: /notice of .*: never told/,
    plant: (ports) => ({ ...ports, webhooks: changed(ports.webhooks, { send: (request) => orElse(() => ports.webhooks.send(request), { told: true, answer: 'none' }) }) }),
  },
  {
    name: 'a list of endpoints that cannot be read is an empty one',
    sign: /notice of .*: never told/,
    plant: (ports) => ({ ...ports, endpoints: changed(ports.endpoints, { read: (merchant) => orElse(() => ports.endpoints.read(merchant), { revision: 0, endpoints: [] }) }) }),
  },
  {
    name: 'every try at a notice has an id of its own',
    sign: /told under \d+ ids/,
    plant: (ports) => ({ ...ports, webhooks: changed(ports.webhooks, { send: (request) => ports.webhooks.send({ ...request, id: `${request.id}${ports.random.id()}` }) }) }),
  },
  {
    name: 'the outbox is read where the active role was',
    sign: /notice of .*: never told|does not come to rest/,
    plant: (ports, actor, { world }) => (actor.name !== 'notifier' ? ports : { ...ports, outbox: world.backstage.regions['us-east-1'].outbox }),
  },
];
