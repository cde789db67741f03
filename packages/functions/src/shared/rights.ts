// What a function may do in the world, as a word each; the infrastructure turns words into policies and network rules.
// Invariant: a function lists only what its code does, so that least privilege is derived and not remembered.

export type Right =
  /** Reads and writes of single items of the journal's table, in both regions' endpoints. */
  | 'table:read' | 'table:write'
  | 'table:scan'
  /** Removes single items of it: holds of sessions that ended long ago, and nothing else. */
  | 'table:delete'
  /** Reads of this region's work index, or of its customer index. */
  | 'index:read' | 'customer-index:read'
  /** Sends to both regions' queues; receives from this region's. */
  | 'queue:send' | 'queue:receive'
  /** Reaches this region's ledger over the network, or the other region's too. */
  | 'ledger:own' | 'ledger:both'
  /** Reads the ledger owner's password, to change the schema. */
  | 'ledger:install'
  /** Leaves the network for the acquirer, or for the regions' public addresses. */
  | 'acquirer' | 'probe'
  | 'alerts:publish'
  /** Gets and lists objects in both regions' buckets; puts new ones into this region's, never over another. */
  | 'bucket:read' | 'bucket:write'
  /** Publishes to this region's transactions topic. */
  | 'events:publish'
  /** Leaves the network for merchants' webhook endpoints, wherever in the world they are. */
  | 'webhooks'
  /** Sends to the dead-letter queue of this region's notices. */
  | 'dead-deliveries:send'
  /** Moves the writer of the global database cluster. */
  | 'cluster:move'
  /** Reads and writes of this region's copy of the sessions table, and the other's. */
  | 'sessions:read' | 'sessions:write'
  /** Reads the secret of the signing keys. */
  | 'signing-keys'
  | 'workflow:start';
