// A contract suite is data: named cases that any adapter of a port must pass. It needs no test runner,
// so that core stays without a platform; the adapter's own test hands each case to its runner.

export interface ContractCase {
  /** Reads as "situation -> outcome". */
  readonly name: string;
  run(): Promise<void>;
}
