// The transactions topic in memory: keeps what was published, to be looked at or handed on.
import type { EventTopic, PaymentKey } from '@understudy/core';

export class InMemoryEventTopic implements EventTopic {
  readonly published: PaymentKey[] = [];

  async publish(keys: readonly PaymentKey[]): Promise<void> {
    this.published.push(...keys);
  }
}
