import type { Region } from '../domain/region/region.ts';

/** `reached` means that something of ours answered, whatever it said: a 429 or a 503 is not a lost region. */
export type ProbeResult = { readonly reached: true; readonly httpStatus: number } | { readonly reached: false; readonly why: string };

/** Looks at a region from here, as a client would. Never throws. */
export interface Probe {
  look(region: Region): Promise<ProbeResult>;
}
