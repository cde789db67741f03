// What others may know of a deployment: its configuration, its names, the order of its stacks and what it costs.
// Invariant: nothing here loads the CDK.
export { ConfigFault, readDeployment } from './config/config.ts';
export type { Deployment } from './config/config.ts';
export { costOf, notCounted, PRICES_OF } from './cost.ts';
export type { CostLine } from './cost.ts';
export { LEDGER_DATABASE, LEDGER_OWNER, LEDGER_PORT } from './ledger-names.ts';
export { Names } from './names.ts';
export { stacksInOrder } from './stacks-in-order.ts';
export type { AssemblyManifest, AssemblyStack } from './stacks-in-order.ts';
