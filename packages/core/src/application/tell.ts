// Telling operators is best effort: an alert that cannot be raised is logged, and the work goes on.
import type { Alert, Alerts } from '../ports/alerts.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Log } from '../ports/log.ts';

/** False: nobody was told. */
export type Tell = (alert: Alert) => Promise<boolean>;

/** Alerts are rare, so a connection kept for the next one has often died meanwhile: the second try makes a new one. */
const TRIES = 2;

export const tellThrough = (alerts: Alerts, log: Log): Tell => async (alert) => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await alerts.raise(alert);
      return true;
    } catch (error) {
      if (!isPortFault(error)) throw error;
      if (error.retryable && attempt < TRIES) continue;
      log.error('alert_lost', { kind: alert.kind, sentence: alert.sentence, cause: error.message });
      return false;
    }
  }
};
