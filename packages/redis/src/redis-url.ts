import { z } from 'zod';
import { RedisUrlError } from './errors.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

interface Login {
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

interface SingleTarget extends Login, HostPort {
  readonly kind: 'single';
  readonly db: number;
}

export interface SentinelTarget extends Login {
  readonly kind: 'sentinel';
  readonly sentinels: readonly HostPort[];
  /** Name of the master group. */
  readonly name: string;
  readonly db: number;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
}

export interface ClusterTarget extends Login {
  readonly kind: 'cluster';
  readonly nodes: readonly HostPort[];
}

/** The target of a Redis URL, whatever its form. */
export type RedisTarget = SingleTarget | SentinelTarget | ClusterTarget;

const URL_PATTERN = /^(rediss?)(\+sentinel|\+cluster)?:\/\/(?:([^/?#]*)@)?([^/?#@]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const HOST_PATTERN = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/;
const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;

const Port = z.coerce.number().int().min(1).max(65_535);
const Database = z.union([z.literal('').transform(() => 0), z.coerce.number().int().min(0).max(65_535)]);

/**
 * Reads a Redis URL:
 * - `redis://[[user]:password@]host[:6379][/db]`, `rediss://` with TLS
 * - `redis+sentinel://[[user]:password@]host[:26379],host2[:26379]/name[/db][?sentinelUsername=…&sentinelPassword=…]`
 * - `redis+cluster://[[user]:password@]host[:6379],host2[:6379]`
 *
 * `rediss+sentinel` and `rediss+cluster` use TLS, the former also towards the sentinels. User and password belong to
 * the Redis servers; special characters in them are percent-encoded.
 * @throws RedisUrlError that names the fault and never contains the password
 */
export function parseRedisUrl(url: string): RedisTarget {
  const match = URL_PATTERN.exec(url.trim());
  if (match === null) throw new RedisUrlError(`not a Redis URL; expected ${URL_SYNTAX}`);
  const [, scheme, mode, login, hosts = '', path = '', query = ''] = match;
  const credentials = { tls: scheme === 'rediss', ...parseLogin(login) };
  if (mode === '+sentinel') return sentinelTarget(credentials, hosts, path, query);
  refuseQuery(query);
  if (mode === '+cluster') {
    if (path !== '') throw new RedisUrlError('a cluster has only database 0: leave out the path');
    return { kind: 'cluster', ...credentials, nodes: parseHosts(hosts, REDIS_PORT) };
  }
  const [first, ...rest] = parseHosts(hosts, REDIS_PORT);
  if (first === undefined || rest.length > 0)
    throw new RedisUrlError(`several hosts need redis+sentinel or redis+cluster; ${URL_SYNTAX}`);
  return { kind: 'single', ...credentials, ...first, db: database(path) };
}

const URL_SYNTAX =
  'redis://[user:password@]host:port[/db], rediss://…, redis+sentinel://host:port,host2:port/name[/db] or redis+cluster://host:port,host2:port';

/** The URL with `***` in place of every password; safe for logs and messages. A text that is no Redis URL is hidden. */
export function describeRedisUrl(url: string): string {
  try {
    return describeTarget(parseRedisUrl(url));
  } catch {
    return '<not a Redis URL>';
  }
}

/** As `describeRedisUrl`, for a result of `parseRedisUrl`. */
export function describeTarget(target: RedisTarget): string {
  const scheme = target.tls ? 'rediss' : 'redis';
  const user = target.username ?? '';
  const login = target.password === undefined ? (user === '' ? '' : `${user}@`) : `${user}:***@`;
  switch (target.kind) {
    case 'single':
      return `${scheme}://${login}${address(target)}${target.db === 0 ? '' : `/${target.db}`}`;
    case 'sentinel':
      return `${scheme}+sentinel://${login}${addresses(target.sentinels)}/${target.name}${target.db === 0 ? '' : `/${target.db}`}`;
    case 'cluster':
      return `${scheme}+cluster://${login}${addresses(target.nodes)}`;
  }
}

function sentinelTarget(login: Login, hosts: string, path: string, query: string): SentinelTarget {
  const [name = '', db = '', ...rest] = path.split('/');
  if (name === '' || rest.length > 0)
    throw new RedisUrlError('redis+sentinel needs the name of the master group: …host:port/name[/db]');
  const { sentinelUsername, sentinelPassword } = parseQuery(query);
  return {
    kind: 'sentinel',
    ...login,
    sentinels: parseHosts(hosts, SENTINEL_PORT),
    name: decode(name),
    db: database(db),
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
  };
}

function parseLogin(login: string | undefined): Pick<Login, 'username' | 'password'> {
  if (login === undefined) return {};
  const colon = login.indexOf(':');
  const [username, password] = colon < 0 ? [login, ''] : [login.slice(0, colon), login.slice(colon + 1)];
  return {
    ...(username === '' ? {} : { username: decode(username) }),
    ...(password === '' ? {} : { password: decode(password) }),
  };
}

function parseHosts(hosts: string, defaultPort: number): HostPort[] {
  return hosts.split(',').map((text) => {
    const match = HOST_PATTERN.exec(text.trim());
    const port = Port.safeParse(match?.[2] ?? defaultPort);
    const host = match?.[1]?.replace(/^\[|\]$/g, '');
    // Without the text: a password with a raw slash ends up in it.
    if (host === undefined || !port.success)
      throw new RedisUrlError(`a host is not host:port with a port of 1 to 65535; ${URL_SYNTAX}`);
    return { host, port: port.data };
  });
}

function database(text: string): number {
  const parsed = Database.safeParse(text);
  if (!parsed.success)
    throw new RedisUrlError(
      'the database after the slash must be a number from 0; percent-encode special characters of a password',
    );
  return parsed.data;
}

function parseQuery(query: string): z.infer<typeof SentinelQuery> {
  const parsed = SentinelQuery.safeParse(Object.fromEntries(new URLSearchParams(query)));
  if (!parsed.success) throw new RedisUrlError('redis+sentinel accepts only ?sentinelUsername and ?sentinelPassword');
  return parsed.data;
}

const SentinelQuery = z.strictObject({
  sentinelUsername: z.string().min(1).optional(),
  sentinelPassword: z.string().min(1).optional(),
});

function refuseQuery(query: string): void {
  if (query !== '') throw new RedisUrlError('only redis+sentinel accepts options after ?');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RedisUrlError('a percent sign in user, password or name must be written as %25');
  }
}

function addresses(list: readonly HostPort[]): string {
  return list.map(address).join(',');
}

function address({ host, port }: HostPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
