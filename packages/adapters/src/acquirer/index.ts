export { createHttpAcquirer } from './http-acquirer.ts';
export type { HttpAcquirerOptions } from './http-acquirer.ts';
