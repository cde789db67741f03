export { createAcquirerSides } from './acquirer-sides.ts';
export type { AcquirerSides } from './acquirer-sides.ts';
export { createHttpAcquirer } from './http-acquirer.ts';
export type { HttpAcquirerOptions } from './http-acquirer.ts';
export { createChargeReportSides } from './charge-report-sides.ts';
export { createHttpChargeReport } from './http-charge-report.ts';
export type { HttpChargeReportOptions } from './http-charge-report.ts';
