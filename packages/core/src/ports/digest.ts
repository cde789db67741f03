/** SHA-256 of a UTF-8 text as 64 lower-case hexadecimal digits. Pure; a port only because core has no platform. */
export type Digest = (text: string) => string;
