/**
 * Names the function that calls, on each request to a table: where all functions of a region share a process and its
 * credentials, nothing else would tell whose rights a request has.
 * Invariant: the name is that of the invocation that makes the request, whoever made the client; a request that no
 * invocation makes has none, nor does one to anything but a table: what is outside never learns of it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { CALLER_HEADER } from '../stand-ins/dynamodb/permissions.ts';

const calling = new AsyncLocalStorage<string>();

// Before the head is sent, and after the request is signed: the signature does not cover it.
subscribe('http.client.request.created', (message) => {
  const { request } = message as { readonly request: ClientRequest };
  const name = calling.getStore();
  if (name === undefined || !String(request.getHeader('x-amz-target')).startsWith('DynamoDB_')) return;
  request.setHeader(CALLER_HEADER, name);
});

/** Everything that `work` causes, however late, is the function's. */
export const callingAs = <T>(name: string, work: () => Promise<T>): Promise<T> => calling.run(name, work);
