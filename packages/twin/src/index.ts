// What tests, drills and benchmarks start a twin with.
export { createControlApi } from './control-api/control-api.ts';
export { Twin } from './twin.ts';
export { NotNow, UsageError } from './options.ts';
export type { TwinOptions } from './options.ts';
export type { MoveReport, TwinState } from './state.ts';

// What benchmarks take of it: its parts alone, and what drills are made of.
export { startChild } from './child.ts';
export type { Child } from './child.ts';
export { DnsSender, kindsOfClient } from './drill/clients.ts';
export { residentMegabytes } from './drill/memory.ts';
export { RunningTwin } from './drill/running-twin.ts';
export { connectToTable } from './drill/table.ts';
export { databaseName, followsFresh, freePort, PostgresServer, promote, seedStandby, superuser } from './postgres/index.ts';
export { fillTable } from './stand-ins/dynamodb/fill.ts';
export { startTable } from './stand-ins/dynamodb/start.ts';
export { createSqs } from './stand-ins/sqs/index.ts';
