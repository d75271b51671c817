import { classifyCall, unreadable } from './classify-call.ts';
import type { KieContext } from './context.ts';
import { KieError } from './errors.ts';
import { endpoint } from './options.ts';
import type { QueryOptions } from './queries.ts';
import { linksIn } from './result-links.ts';
import { exchangeWithRetries } from './retry.ts';

/** POST /api/v1/common/download-url (docs/kie/facts.md#other-endpoints). */
export async function downloadUrl(context: KieContext, url: string, options: QueryOptions): Promise<string> {
  const body = Buffer.from(JSON.stringify({ url }));
  const attempt = async () => {
    await options.permit?.();
    return context.transport.exchange({
      url: endpoint(context.options.baseUrl, '/api/v1/common/download-url'),
      headers: { 'content-type': 'application/json' },
      body: {
        bytes: body.byteLength,
        chunks: async function* () {
          yield body;
        },
      },
      timeoutMs: context.options.queryTimeoutMs,
      signal: options.signal,
    });
  };
  const exchange = await exchangeWithRetries(attempt, context.options.retry, options.signal);
  const envelope = classifyCall(exchange, 'download-url', context.redact, Date.now());
  if (envelope instanceof KieError) throw envelope;
  const [link] = linksIn(envelope.data);
  if (link === undefined) throw unreadable(exchange, 'download-url', context.redact);
  return link;
}
