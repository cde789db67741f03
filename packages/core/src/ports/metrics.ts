export type MetricName =
  | 'ValidationSuccess' | 'ValidationError' | 'PaymentProcessed' | 'ProcessingError' | 'HighValueTransaction' | 'FailoverTriggered'
  | 'OldestUnpostedAge' | 'ReconcileSettled' | 'ReconcileMarked' | 'Confirmed' | 'HintLost' | 'ReceiptWritten' | 'OldestUnpublishedFileAge';

/** Counts and gauges in the namespace `PaymentProcessing`. Never calls a service in the request path; never throws. */
export interface Metrics {
  count(name: MetricName, value?: number): void;
  gauge(name: MetricName, value: number, unit: 'Milliseconds' | 'Count'): void;
}
