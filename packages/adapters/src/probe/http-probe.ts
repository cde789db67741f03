/**
 * Looks at a region's health address over HTTP, on a new connection each time, as a client would.
 * Invariant: any answer of HTTP is "reached": a 429 or a 503 comes from something of ours that lives. Never throws.
 * It does not judge health or count failures; the detector does.
 */
import type { Probe, ProbeResult, Region } from '@understudy/core';
import { httpCall, HttpFault } from '../system/http-call.ts';

export interface HttpProbeOptions {
  /** The address of each region itself, without a path; never one that DNS moves between regions. */
  readonly urls: Readonly<Record<Region, string>>;
  readonly timeoutMs: number;
}

export function createHttpProbe(options: HttpProbeOptions): Probe {
  const urlOf = (region: Region): URL => new URL(`${options.urls[region].replace(/\/+$/, '')}/health`);
  const urls: Readonly<Record<Region, URL>> = { 'us-east-1': urlOf('us-east-1'), 'us-east-2': urlOf('us-east-2') };
  return {
    async look(region): Promise<ProbeResult> {
      try {
        const { status } = await httpCall({ method: 'GET', url: urls[region], connectMs: options.timeoutMs, totalMs: options.timeoutMs, headOnly: true });
        return { reached: true, httpStatus: status };
      } catch (error) {
        return { reached: false, why: error instanceof HttpFault ? error.message : 'no-answer' };
      }
    },
  };
}
