// What tests of AWS clients share: credentials that open nothing, and the form in which query services are asked.
import type { AwsCredentials } from '../aws-client.ts';
import type { Answer, Heard } from './servers.ts';

export const testCredentials: AwsCredentials = { accessKeyId: 'test', secretAccessKey: 'test' };

export const formOf = (heard: Heard): URLSearchParams => new URLSearchParams(heard.body);

export const xml = (status: number, body: string): Answer => ({ status, headers: { 'content-type': 'text/xml' }, body });

export const queryError = (status: number, code: string): Answer =>
  xml(status, `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error><RequestId>1</RequestId></ErrorResponse>`);
