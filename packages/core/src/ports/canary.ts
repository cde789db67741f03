import type { Region } from '../domain/region/region.ts';
import type { EpochMs } from '../domain/time.ts';

/** One strongly consistent write to the region's own item: the honest test of whether it could accept. Throws PortFault of port `journal`. */
export interface Canary {
  write(region: Region, at: EpochMs): Promise<void>;
}
