import type { Outgoing } from '../outgoing';
import type { Tracing } from './types';

/**
 * The way out, with a span for each request that belongs to a trace. It names the host and nothing else of the address: paths hold
 * tokens and numbers. The trace is not told to others: it is no business of theirs.
 */
export function tracedOutgoing(outgoing: Outgoing, tracing: Tracing): Outgoing {
  return {
    ...outgoing,
    fetch(limits) {
      const plain = outgoing.fetch(limits);
      return (input, init) => {
        if (!tracing.carrier()) return plain(input, init);
        const { hostname } = new URL(input instanceof Request ? input.url : input);
        const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
        const attributes = { 'http.request.method': method, 'server.address': hostname };
        return tracing.span(`HTTP ${method}`, { kind: 'client', attributes }, async (span) => {
          const answer = await plain(input, init);
          span.set({ 'http.response.status_code': answer.status });
          if (answer.status >= 400) span.fail(String(answer.status));
          return answer;
        });
      };
    },
  };
}
