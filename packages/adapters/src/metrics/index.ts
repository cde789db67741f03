export { createEmfMetrics } from './emf-metrics.ts';
export type { EmfMetrics, EmfMetricsOptions } from './emf-metrics.ts';
