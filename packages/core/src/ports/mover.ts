import type { MoveRequest } from '../domain/failover/move.ts';

/** Starts the workflow that carries a move out, in this region. Starting it twice is harmless. Throws PortFault of port `mover`. */
export interface Mover {
  start(request: MoveRequest): Promise<void>;
}
