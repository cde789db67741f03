/**
 * Signs short texts under named keys, for this service alone to verify, in either region. Keys may be added at any time;
 * one that has signed stays until nothing signed with it is of use any more. Every method may throw a PortFault of port
 * `signer`: the keys could not be read.
 */
export interface Signer {
  /** The name of the key to sign with now: 1 to 4 letters or digits. */
  currentKey(): Promise<string>;
  /** 22 characters of base64url: 128 bits. `keyId` must be a key that there is. */
  sign(keyId: string, text: string): Promise<string>;
  /** Compares in constant time. False also when there is no such key. */
  verify(keyId: string, text: string, mac: string): Promise<boolean>;
}
