import { openAccessAdvice, type RawEnvironment } from '@kieq/config';
import { ok, skipped, type Finding } from './finding.ts';

/**
 * Whether gateway and dashboard ask who is there. Without keys and password they serve this machine, which is right as
 * long as no proxy stands in front; whether one does cannot be seen from here.
 */
export function checkAccess(env: RawEnvironment): Finding[] {
  return [door('gateway', env['GATEWAY_API_KEYS']), door('dashboard', env['DASHBOARD_PASSWORD'])];
}

function door(server: 'gateway' | 'dashboard', secret = ''): Finding {
  if (secret !== '') return ok('door', `the ${server} asks who is there`);
  const fix = `Nothing is to do where nobody but this machine uses the ${server}; docs/deployment.md, Behind a proxy.`;
  return skipped('door', `not set here, and if the ${server} has none either: ${openAccessAdvice(server)}`, fix);
}
