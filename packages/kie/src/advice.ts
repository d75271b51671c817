import type { KieErrorCode } from './errors.ts';

/**
 * What a person can do when Kie answers a free call with this error: one sentence or two, which name keys of the
 * environment.
 * @param baseUrl `KIE_BASE_URL` as it is used
 */
export function adviceOf(code: KieErrorCode, baseUrl: string): string {
  switch (code) {
    case 'unauthorized':
      return "Check KIE_API_KEY, and that the key's list of allowed addresses has this machine.";
    case 'rate_limited':
      return 'Try again in a minute; something else asks with this key.';
    case 'refused':
    case 'unreadable':
      return `Check KIE_BASE_URL: ${baseUrl} does not answer as Kie does.`;
    case 'server_error':
      return 'Kie has trouble; submissions wait and go on by themselves.';
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
