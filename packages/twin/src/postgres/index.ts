/** The supervisor of real PostgreSQL servers: what the rest of the twin may use. */
export { databaseName, freePort, holdPort, superuser, type Address, type HeldPort } from './connection.ts';
export { readControlFile, roleOnDisk, type ControlFile, type RoleOnDisk } from './data-folder.ts';
export { withFormerPrimary } from './lost-tail.ts';
export { reapLeftover } from './reap.ts';
export { followsFresh, isStreaming, promote, switchover, whyNotFresh, type Pair, type Switchover } from './replication.ts';
export { seedStandby, type SeedOptions } from './seed.ts';
export { PostgresServer, type Exit, type ServerOptions, type StartAs } from './server.ts';
