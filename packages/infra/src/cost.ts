// What a deployment costs in a month, from its configuration and the number of payments. Prices are list prices of
// us-east-1 in US dollars, without taxes, discounts and free tiers; those of the other two regions are the same or close.
// They are written down here and not fetched: before an estimate decides anything, compare them with AWS's price pages.
// Invariant: an estimate names what it is made of; what depends on traffic other than payments is not in it and said so.
import type { Deployment } from './config/config.ts';

/** When they were written down. */
export const PRICES_OF = '2026-11';

const HOURS = 730;
const MILLION = 1_000_000;
const DAYS = 30;

const prices = {
  /** Aurora Serverless v2, a capacity unit for an hour. */
  ledgerUnitHour: 0.12,
  natHour: 0.045,
  interfaceEndpointHour: 0.01,
  /** A replicated write or a strong read of up to 1 KB or 4 KB, on demand, a million. */
  tableWrites: 0.625,
  tableReads: 0.125,
  /** Lambda on Arm: a gigabyte-second, and a million calls. */
  functionGbSecond: 0.000_013_333_4,
  functionCalls: 0.2,
  apiCalls: 3.5,
  queueCalls: 0.4,
  /** An express workflow: a gigabyte-second of its least memory, 64 MB. */
  workflowGbSecond: 0.000_016_67,
  alarm: 0.1,
  dashboard: 3,
  healthCheck: 0.75,
  /** For the ten-second interval, for TLS and for measuring latency. */
  healthCheckOption: 2,
  firewall: 5,
  firewallRule: 1,
  firewallCalls: 0.6,
  key: 1,
  secret: 0.4,
} as const;

export interface CostLine {
  readonly what: string;
  readonly dollars: number;
}

const REGIONS = 2;
const ZONES = 3;
/** A payment's four writes, each in two replicas, and the index rows that two of them change. */
const WRITES_PER_PAYMENT = (4 + 2) * REGIONS;
const READS_PER_PAYMENT = 6;
/** Seconds of a function, in gigabytes: accepting, settling and telling, at half a gigabyte. */
const GB_SECONDS_PER_PAYMENT = 0.3;
/** Ticks: each scheduled function six times a minute, some tenth of a second at a gigabyte. */
const TICKS_PER_MONTH = 6 * 60 * 24 * DAYS;
const GB_SECONDS_PER_TICK = 0.1;
const TICKING_FUNCTIONS = 4;
const ALARMS_PER_REGION = 48;
const FIREWALL_RULES = 5;

/** Of one month, in dollars. The capacity of the ledger is taken at its least: it is what a quiet month costs. */
export function costOf(deployment: Deployment, paymentsPerMonth: number): readonly CostLine[] {
  const { ledger, network, dns } = deployment;
  const millions = paymentsPerMonth / MILLION;
  const nat = network.nat === 'one' ? 1 : ZONES;
  const ticks = TICKS_PER_MONTH * REGIONS * TICKING_FUNCTIONS;
  return [
    { what: 'ledger, both regions, at its least capacity', dollars: ledger.capacityMin * ledger.instances * REGIONS * HOURS * prices.ledgerUnitHour },
    { what: 'NAT gateways', dollars: nat * REGIONS * HOURS * prices.natHour },
    { what: 'interface endpoints', dollars: network.interfaceEndpoints.length * ZONES * REGIONS * HOURS * prices.interfaceEndpointHour },
    { what: 'journal', dollars: millions * (WRITES_PER_PAYMENT * prices.tableWrites + READS_PER_PAYMENT * prices.tableReads) },
    { what: 'functions, for payments', dollars: paymentsPerMonth * GB_SECONDS_PER_PAYMENT * prices.functionGbSecond + millions * 4 * prices.functionCalls },
    { what: 'functions, for their rhythm', dollars: ticks * GB_SECONDS_PER_TICK * prices.functionGbSecond + (ticks / MILLION) * prices.functionCalls },
    { what: 'workflows of the rhythm', dollars: 5 * DAYS * 24 * 3600 * 0.064 * prices.workflowGbSecond },
    { what: 'API and firewall', dollars: millions * 2 * (prices.apiCalls + prices.firewallCalls) + REGIONS * (prices.firewall + FIREWALL_RULES * prices.firewallRule) },
    { what: 'queues', dollars: millions * 8 * prices.queueCalls },
    { what: 'health checks', dollars: REGIONS * (prices.healthCheck + (dns.healthCheckIntervalS === 10 ? 3 : 2) * prices.healthCheckOption) },
    { what: 'alarms and dashboards', dollars: REGIONS * ALARMS_PER_REGION * prices.alarm + 3 * prices.dashboard },
    { what: 'keys and secrets', dollars: 3 * prices.key + 3 * REGIONS * prices.secret },
  ].map(({ what, dollars }) => ({ what, dollars: Math.round(dollars * 100) / 100 }));
}

export const notCounted = 'Not counted: data between regions and through NAT gateways, storage, logs, traces, capacity of the ledger above its least, support.';
