import type { Group } from './catalogue.ts';
import { isLoopback } from './cross-checks.ts';
import type { RawEnvironment } from './raw-environment.ts';

/** A secret that does not protect; the finding never holds the value. */
export interface WeakSecret {
  readonly key: string;
  /** The fault, as a sentence without the value. */
  readonly message: string;
  /** How to correct it. */
  readonly fix: string;
}

/** Shorter ones can be guessed: keys and secrets that machines keep, passwords that users type. */
const SHORTEST = { secret: 24, password: 12 } as const;

/** One secret of the environment, and what it protects. */
interface Guard {
  readonly key: string;
  /** Which of several in one variable; undefined where there is only one. */
  readonly which?: string;
  readonly value: string;
  /** `issued`: another service chose it, so its length is not judged. */
  readonly kind: 'secret' | 'password' | 'issued';
  /** Whether it protects against more than users of this machine. */
  readonly isBeyondLoopback: boolean;
}

/**
 * The secrets of this environment that do not protect: with quotation marks around them, placeholders of a
 * documentation, too short ones. Only those that protect more than this machine; on loopback they guard little.
 * @param groups those that the process uses; others are not judged
 */
export function weakSecrets(env: RawEnvironment, groups: readonly Group[]): WeakSecret[] {
  return groups
    .flatMap((group) => GUARDS[group]?.(env) ?? [])
    .filter(({ isBeyondLoopback }) => isBeyondLoopback)
    .flatMap(judge);
}

const GUARDS: Partial<Record<Group, (env: RawEnvironment) => Guard[]>> = {
  redis: redisGuards,
  kie: (env) => single(env, 'KIE_API_KEY', 'issued', isElsewhere(env['KIE_BASE_URL'], true)),
  callbacks: (env) => single(env, 'KIE_WEBHOOK_HMAC_KEY', 'issued', isElsewhere(env['PUBLIC_URL'], false)),
  gateway: gatewayGuards,
  // Its signatures are for receivers on other machines.
  outbound: (env) => single(env, 'GATEWAY_WEBHOOK_SECRET', 'secret', true),
  dashboard: dashboardGuards,
  files: storeGuards,
};

function single(env: RawEnvironment, key: string, kind: Guard['kind'], isBeyondLoopback: boolean): Guard[] {
  const value = env[key];
  return value === undefined || value === '' ? [] : [{ key, value, kind, isBeyondLoopback }];
}

/** Only a password that is set: a Redis without one may be in its own network, and is no subject of this rule. */
function redisGuards({ REDIS_URL: url = '' }: RawEnvironment): Guard[] {
  const [, login = '', hosts = ''] = /^rediss?(?:\+\w+)?:\/\/([^/?#]*)@([^/?#@]+)/.exec(url) ?? [];
  const password = decoded(login.replace(/^[^:]*:?/, ''));
  const isBeyondLoopback = hosts.split(',').some((host) => !isLoopback(host.replace(/:\d+$/, '')));
  return password === '' ? [] : [{ key: 'REDIS_URL', value: password, kind: 'password', isBeyondLoopback }];
}

function gatewayGuards(env: RawEnvironment): Guard[] {
  const isBeyondLoopback = listensBeyond(env['GATEWAY_HOST']) || isElsewhere(env['PUBLIC_URL'], false);
  const pairs = (env['GATEWAY_API_KEYS'] ?? '').split(',').map((pair) => pair.trim());
  return pairs.flatMap((pair, i): Guard[] => {
    const colon = pair.lastIndexOf(':');
    if (colon < 1) return [];
    const tenant = pair.slice(colon + 1);
    const which = tenant === '*' ? `key ${i + 1}, an operator's` : `key ${i + 1}, of tenant ${tenant}`;
    return [{ key: 'GATEWAY_API_KEYS', which, value: pair.slice(0, colon), kind: 'secret', isBeyondLoopback }];
  });
}

function dashboardGuards(env: RawEnvironment): Guard[] {
  const isBeyondLoopback = listensBeyond(env['DASHBOARD_HOST']) || isElsewhere(env['DASHBOARD_PUBLIC_URL'], false);
  return ['DASHBOARD_PASSWORD', 'DASHBOARD_VIEWER_PASSWORD'].flatMap((key) =>
    single(env, key, 'password', isBeyondLoopback),
  );
}

/** The SDK of S3 reads them itself. */
function storeGuards(env: RawEnvironment): Guard[] {
  const isS3 = [env['ARCHIVE_URL'], env['UPLOAD_STORE_URL']].some((url) => url?.startsWith('s3:') === true);
  return S3_SECRETS.flatMap((key) => single(env, key, 'issued', isS3));
}

/** Secrets of the environment that are no keys of the catalogue, but that kieq's processes hold. */
export const S3_SECRETS = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

function listensBeyond(host: string | undefined): boolean {
  return host !== undefined && host !== '' && !isLoopback(host);
}

/** @param otherwise result where no address is given */
function isElsewhere(url: string | undefined, otherwise: boolean): boolean {
  if (url === undefined || url === '') return otherwise;
  return URL.canParse(url) && !isLoopback(new URL(url).hostname);
}

function judge(guard: Guard): WeakSecret[] {
  const { key, which, value, kind } = guard;
  const found = flawOf(value, kind);
  if (found === undefined) return [];
  const name = which === undefined ? key : `${key} (${which})`;
  return [{ key, message: `${name} ${found.flaw}; the next version will refuse it`, fix: found.fix(key) }];
}

interface Flaw {
  readonly flaw: string;
  readonly fix: (key: string) => string;
}

function flawOf(value: string, kind: Guard['kind']): Flaw | undefined {
  if (/^(["'`]).*\1$/.test(value))
    return {
      flaw: 'begins and ends with a quotation mark, which is part of the value: docker --env-file and other tools keep quotation marks',
      fix: (key) => `Remove the quotation marks from ${key}.`,
    };
  if (isPlaceholder(value))
    return {
      flaw: 'is a placeholder or a common word, which attackers try first',
      fix: (key) => (kind === 'issued' ? `Set ${key} to the real one.` : newOne(key)),
    };
  const text = value.replace(/^whsec_/, '');
  if (kind === 'issued' || text.length >= SHORTEST[kind]) return undefined;
  return { flaw: `has fewer than ${SHORTEST[kind]} characters and guards more than this machine`, fix: newOne };
}

function newOne(key: string): string {
  return `Choose a long random one for ${key}, such as: openssl rand -hex 24.`;
}

const COMMON =
  /^(secret|password|passwd|passphrase|key|apikey|token|admin|administrator|root|user|test|testing|demo|default|none|null|undefined|todo|tbd|fixme|placeholder|example|dummy|sample|letmein|welcome|qwerty|abc123|\d{1,10}|here)$/;
const TO_DO =
  /^(your|my|the|a|an|insert|enter|put|add|paste|set|change|replace|fill|use|choose)(your|my|the|a|an|in|with|it|me|this|that|real|own|new|strong|long|random|secure|secret|super|kie|api|access|webhook|hmac|signing|gateway|dashboard|redis|key|token|password|value|here|please|in|production|now|later)*$/;

const LONGEST_PLACEHOLDER = 64;

/** Placeholders of documentation, in any spelling; never the output of a generator. */
function isPlaceholder(value: string): boolean {
  if (/^(.)\1*$/.test(value) || /^[<[{(].*[>\]})]$/.test(value)) return true;
  if (value.length > LONGEST_PLACEHOLDER) return false;
  const words = value.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return words === '' || /^x+$/.test(words) || COMMON.test(words) || TO_DO.test(words);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
