import type { Environment } from '@kieq/config';
import { proxiesOf, shownProxy } from '@kieq/proxy';
import { ok, warning, type Finding } from './finding.ts';
import type { SeenEnvironment } from './environment.ts';

/**
 * Which calls go through a proxy, and through which: no request is sent, since the check of Kie has shown whether the
 * proxy works. No finding if the environment names no proxy.
 */
export function checkProxies(seen: SeenEnvironment): Finding[] {
  const { process, outbound } = seen;
  if (process === undefined) return [];
  const isOutboundProxied = outbound?.outboundProxy !== undefined;
  if (process.httpProxy === undefined && process.httpsProxy === undefined && !isOutboundProxied) return [];
  return [ours(seen, process), theirs(outbound)];
}

/** Addresses that operators chose. */
function ours({ kie, callbacks }: SeenEnvironment, process: Environment<'process'>): Finding {
  const proxies = proxiesOf(process);
  const places: readonly (readonly [string, string | undefined])[] = [
    ['Kie', kie?.kieBaseUrl],
    ['uploads to Kie', kie?.kieUploadUrl],
    ['PUBLIC_URL', callbacks?.publicUrl],
    ['the trace collector', process.otlpEndpoint],
  ];
  const ways = places.flatMap(([name, url]) =>
    url === undefined ? [] : [`${name} ${shownProxy(proxies, new URL(url)) ?? 'directly'}`],
  );
  const list = ways.length === 0 ? 'nothing that is set here' : ways.join(', ');
  return ok('proxy', `HTTPS_PROXY, HTTP_PROXY and NO_PROXY: ${list}`);
}

/** Addresses that callers and Kie chose. */
function theirs(outbound: Environment<'outbound'> | undefined): Finding {
  if (outbound?.outboundProxy !== undefined) {
    const { protocol, host } = new URL(outbound.outboundProxy);
    return ok(
      'proxy',
      `callbacks to callers and result links: ${protocol}//${host}, which resolves their names itself`,
    );
  }
  return warning(
    'proxy',
    'callbacks to callers and result links are called directly: HTTPS_PROXY is not for untrusted addresses',
    'Where workers reach the internet only through a proxy, set KIEQ_OUTBOUND_PROXY for them.',
  );
}
