/**
 * A handler that is built when it is first called, once per instance: what is wrong with its configuration is then
 * said by the invocation, and importing a function does nothing. A build that throws is tried again at the next call.
 */
export function onFirstCall<E extends readonly unknown[], R>(build: () => (...event: E) => Promise<R>): (...event: E) => Promise<R> {
  let built: ((...event: E) => Promise<R>) | undefined;
  return async (...event) => (built ??= build())(...event);
}
