// The promises of the Alerts port: what was raised arrives whole, or the raiser hears that it may not have.
import { assert } from '../../support/assert.ts';
import type { Alert, Alerts } from '../alerts.ts';
import { isPortFault } from '../fault.ts';
import type { ContractCase } from './contract.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface AlertsFixture {
  readonly alerts: Alerts;
  /** What operators have been told so far, oldest first. */
  readonly told: () => Promise<readonly Alert[]>;
  /** From now on operators cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const alert: Alert = {
  kind: 'orphan_charge_voided',
  sentence: 'A charge without a decision was given back.',
  detail: { transaction_id: 'order-7', amount_minor: 1250 },
};

/** Longer than any subject line, with letters of several alphabets, a line break and quotes. */
const longSentence = `Région “us-east-1” ist nicht erreichbar:\n${'seit langem, '.repeat(40)}東京 "too".`;

const isSame = (told: Alert | undefined, raised: Alert): boolean =>
  told !== undefined && told.kind === raised.kind && told.sentence === raised.sentence && JSON.stringify(told.detail) === JSON.stringify(raised.detail);

const cases: Readonly<Record<string, (fixture: AlertsFixture) => Promise<void>>> = {
  'an alert is raised -> operators are told its kind, sentence and detail': async ({ alerts, told }) => {
    await alerts.raise(alert);
    assert(isSame((await told())[0], alert), 'the alert arrives as it was raised');
  },
  'a long sentence in several alphabets -> arrives whole': async ({ alerts, told }) => {
    await alerts.raise({ ...alert, sentence: longSentence });
    assert(isSame((await told())[0], { ...alert, sentence: longSentence }), 'nothing of the sentence is lost');
  },
  'the same alert again -> no fault, and nothing else is told': async ({ alerts, told }) => {
    await alerts.raise(alert);
    await alerts.raise(alert);
    const heard = await told();
    assert(heard.length >= 1 && heard.every((one) => isSame(one, alert)), 'only this alert was told');
  },
  'operators cannot be reached -> a fault of port alerts': async ({ alerts, cutOff, told }) => {
    await cutOff();
    const fault = await faultOf(alerts.raise(alert));
    assert(isPortFault(fault) && fault.port === 'alerts' && fault.retryable, 'the raiser hears that it may not have arrived');
    assert((await told()).length === 0, 'nothing was told');
  },
};

export const alertsContract = (make: () => Promise<AlertsFixture>): readonly ContractCase[] => casesOf(make, cases);
