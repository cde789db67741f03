/**
 * The parts that run the service: a process for each region, the witness, and the database service's own endpoint.
 * Invariant: every process of a region runs the same bundles with that region's environment, and nothing else.
 */
import { peerOf, regions, witnessRegion } from '@understudy/core';
import type { Region, Vantage } from '@understudy/core';
import { functions as manifest } from '@understudy/functions/manifest';
import { AlertFeed } from './alert-feed.ts';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import type { DataDir } from './data-dir.ts';
import { regionEnvironment, witnessEnvironment } from './environment.ts';
import type { Detected } from './live/decisions.ts';
import { linkNames } from './network.ts';
import type { Network } from './network.ts';
import { NotNow } from './options.ts';
import type { TwinOptions } from './options.ts';
import { inWitness } from './permissions.ts';
import { RegionNode } from './region-node.ts';
import type { FunctionFile } from './region/function-host.ts';
import type { Traffic } from './region/traffic-meter.ts';
import { createRds } from './stand-ins/rds/index.ts';
import type { GlobalClusterControl, Rds } from './stand-ins/rds/index.ts';
import type { Timings } from './timings.ts';

export interface RegionPartsOptions {
  readonly dataDir: DataDir;
  readonly network: Network;
  readonly timings: Timings;
  readonly failoverPolicy: TwinOptions['failoverPolicy'];
  readonly webhookTargets: TwinOptions['webhookTargets'];
  readonly signingKeys: string;
  readonly cluster: GlobalClusterControl;
  readonly onEvent: (type: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly onTraffic: (region: Region, traffic: Traffic) => void;
  /** A region's process ended by itself. */
  readonly onRegionDied: (region: Region) => void;
}

export class RegionParts {
  readonly #options: RegionPartsOptions;
  readonly #nodes = new Map<Region, RegionNode>();
  readonly #alerts: AlertFeed;
  readonly #detected = new Map<Vantage, Detected>();
  #functions: readonly FunctionFile[] = [];
  #rds: Rds | undefined;
  witness: Child | undefined;

  constructor(options: RegionPartsOptions) {
    this.#options = options;
    this.#alerts = new AlertFeed(options.onEvent);
  }

  /** Starts both regions and the witness on these bundles, by function name. */
  async start(bundles: Readonly<Record<string, string>>): Promise<void> {
    const { cluster, network, onEvent } = this.#options;
    this.#functions = manifest.map(({ name, timeoutMs }) => ({ name, timeoutMs, path: bundles[name] ?? '' }));
    this.#rds = createRds({ region: 'us-east-2', control: cluster, report: (sentence, cause) => onEvent('rds_fault', { sentence, cause: String(cause) }) });
    const rdsPort = await this.#rds.listen();
    for (const region of regions) {
      network.aim(linkNames.rds(region), rdsPort);
      this.#nodes.set(region, this.#createNode(region));
    }
    await Promise.all([...[...this.#nodes.values()].map((node) => node.start()), this.startWitness()]);
  }

  async stop(): Promise<void> {
    await Promise.all([...[...this.#nodes.values()].map((node) => node.stop()), this.witness?.stop()]);
    await this.#rds?.close();
  }

  node(region: Region): RegionNode {
    const node = this.#nodes.get(region);
    if (!node) throw new NotNow('the twin is still starting');
    return node;
  }

  async startWitness(): Promise<void> {
    if (this.witness) throw new NotNow('the witness is up already');
    const { dataDir, network, onEvent, timings } = this.#options;
    const detect = this.#functions.find(({ name }) => name === 'detect');
    const witness = await startChild({
      entry: new URL('witness/witness.process.ts', import.meta.url),
      configuration: { detect: detect && { ...detect, name: inWitness(detect.name) }, detectMs: timings.schedules.detectMs },
      environment: witnessEnvironment(this.#options),
      logFile: dataDir.log('witness'),
      onCrash: (how) => {
        this.witness = undefined;
        onEvent('crash', { part: 'witness', how });
      },
      onMessage: (message) => {
        if (message.event === 'alert') this.#alerts.hear(witnessRegion, { message: String(message['message']), heard: 'own' });
        if (message.event === 'detection') this.#noteDetection(witnessRegion, { row: String(message['row']), action: String(message['action']), because: String(message['because']) });
      },
    });
    this.witness = witness;
    network.aim(linkNames.sns(witnessRegion), Number(witness.ready['sns']));
  }

  async killWitness(): Promise<void> {
    const { witness } = this;
    if (!witness) throw new NotNow('the witness is down already');
    this.witness = undefined;
    await witness.kill();
  }

  /** What each detector that runs answered last. */
  get detected(): ReadonlyMap<Vantage, Detected> {
    const runs = (by: Vantage): boolean => (by === witnessRegion ? this.witness !== undefined : (this.#nodes.get(by)?.up ?? false));
    return new Map([...this.#detected].filter(([by]) => runs(by)));
  }

  /** What a process needs to run the region's functions beside it. */
  runtime(region: Region): { readonly environment: Readonly<Record<string, string>>; readonly functions: readonly FunctionFile[] } {
    // It is shown over HTTP, and what is run so signs nothing.
    const { SIGNING_KEYS: _secret, ...environment } = regionEnvironment(region, this.#options);
    return { environment, functions: this.#functions };
  }

  #noteDetection(by: Vantage, { row, action, because }: Omit<Detected, 'at'>): void {
    this.#detected.set(by, { row, action, because, at: Date.now() });
  }

  #createNode(region: Region): RegionNode {
    const { dataDir, network, onEvent, onRegionDied, timings } = this.#options;
    return new RegionNode({
      region,
      network,
      environment: regionEnvironment(region, this.#options),
      configuration: {
        region,
        functions: this.#functions,
        routes: manifest.flatMap((entry) => (entry.routes ?? []).map(({ method, path, scope }) => ({ method, path, functionName: entry.name, isOpen: scope === null }))),
        schedules: timings.schedules,
        queue: timings.queue,
        queueLogFile: dataDir.queueLog(region),
        bucketFolder: dataDir.bucket(region),
        bucketReplicationEndpoint: `http://127.0.0.1:${network.port(linkNames.bucketReplication(region))}`,
        queueEndpoint: `http://127.0.0.1:${network.port(linkNames.sqs(region, region))}`,
        peerQueueEndpoint: `http://127.0.0.1:${network.port(linkNames.sqs(region, peerOf(region)))}`,
      },
      logFile: dataDir.log(region),
      onReport: (report) => {
        if (report.event === 'alert') this.#alerts.hear(region, report);
        if (report.event === 'move_ended') onEvent('move_ended', { region, name: report.name, state: report.state });
        if (report.event === 'detection') this.#noteDetection(region, report);
        if (report.event === 'traffic') this.#options.onTraffic(region, report.traffic);
      },
      onCrash: (how) => {
        onEvent('crash', { part: region, how });
        onRegionDied(region);
      },
    });
  }
}
