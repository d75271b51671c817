import type { KieErrorCode } from './errors.ts';

/**
 * What an operator can do when a free call fails with this error: one or two sentences that name environment variables.
 * @param baseUrl `KIE_BASE_URL` as it is used
 */
export function adviceOf(code: KieErrorCode, baseUrl: string): string {
  switch (code) {
    case 'unauthorized':
      return "Check KIE_API_KEY, and that the key's list of allowed addresses contains this machine.";
    case 'rate_limited':
      return 'Try again in a minute. Another client uses this key, too.';
    case 'refused':
    case 'unreadable':
      return `Check KIE_BASE_URL: ${baseUrl} does not respond as Kie does.`;
    case 'server_error':
      return 'Kie has an outage. Submissions wait and continue when Kie works again.';
    case 'transport':
    case 'timeout':
    case 'aborted':
    case 'file':
    case 'closed':
      return 'Check KIE_BASE_URL, DNS, the network and the proxy of this machine.';
    default:
      return code satisfies never;
  }
}
