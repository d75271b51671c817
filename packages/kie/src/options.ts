import { NO_PROXIES, type Proxies } from '@kieq/proxy';
import { z } from 'zod';

/** Options of {@link createKieClient}. All times in ms. */
export interface KieClientOptions {
  /** `KIE_API_KEY`: the account's key, sent as a bearer token to both hosts. Printable ASCII without spaces. */
  readonly apiKey: string;
  /** Default `https://api.kie.ai`. May have a path, but no credentials, query or fragment. */
  readonly baseUrl?: string | undefined;
  /** Host of uploads. Default `https://kieai.redpandaai.co`; the same rules. */
  readonly uploadUrl?: string | undefined;
  /** Default `kieq/0.1`. Cloudflare, in front of Kie, requires one. */
  readonly userAgent?: string | undefined;
  /** Name lookup, TCP and TLS together, before anything is sent. Default 5000. */
  readonly connectTimeoutMs?: number | undefined;
  /** One HTTP request of recordInfo or credits, connecting included. Default 10000. */
  readonly queryTimeoutMs?: number | undefined;
  /** One HTTP request of upload, from its first byte. Default 120000. */
  readonly uploadTimeoutMs?: number | undefined;
  /**
   * A pooled connection that was idle for this long is not used again. Default 4000: below the 5 s after which many
   * servers close theirs, which costs a query its quick retry. createTask never uses a pooled one.
   */
  readonly idleSocketMs?: number | undefined;
  /** The longest body of a response that is read, in bytes. Default 1048576. */
  readonly maxBodyBytes?: number | undefined;
  /** Certificate authorities in PEM to trust instead of the public ones, for a private simulator. */
  readonly certificateAuthority?: string | undefined;
  /** Which proxy each call goes through. Default none. */
  readonly proxies?: Proxies | undefined;
  /** Quick retries of the free calls. createTask is never retried. */
  readonly retry?: RetryOptions | undefined;
}

/** Retries of recordInfo, credits and upload. */
export interface RetryOptions {
  /** Retries after the first try. Default 2; 0 turns them off. */
  readonly retries?: number | undefined;
  /** First pause in ms, doubled each time and lengthened by up to as much again. Default 100. */
  readonly minMs?: number | undefined;
  /** Longest pause in ms. Default 2000. */
  readonly maxMs?: number | undefined;
}

const HOST_RULE = 'must be an http or https URL without credentials, query or fragment';
const hostUrl = z
  .string()
  .refine(isHostUrl, HOST_RULE)
  .transform((text) => new URL(text));
const ms = z.number().positive().max(2_147_483_647);

const optionsSchema = z.object({
  apiKey: z.string().regex(/^[\x21-\x7E]+$/, 'must be printable ASCII without spaces'),
  baseUrl: hostUrl.default(new URL('https://api.kie.ai')),
  uploadUrl: hostUrl.default(new URL('https://kieai.redpandaai.co')),
  userAgent: z
    .string()
    .regex(/^[\x20-\x7E]+$/, 'must be printable ASCII')
    .default('kieq/0.1'),
  connectTimeoutMs: ms.default(5000),
  queryTimeoutMs: ms.default(10_000),
  uploadTimeoutMs: ms.default(120_000),
  idleSocketMs: ms.default(4000),
  maxBodyBytes: z.int().positive().default(1_048_576),
  certificateAuthority: z.string().optional(),
  proxies: z.custom<Proxies>().default(NO_PROXIES),
  retry: z
    .object({
      retries: z.int().nonnegative().default(2),
      minMs: z.number().nonnegative().default(100),
      maxMs: z.number().nonnegative().default(2000),
    })
    .prefault({}),
});

/** Options with their defaults, URLs parsed. */
export type ResolvedOptions = Readonly<z.infer<typeof optionsSchema>>;

/**
 * Applies defaults and checks every option.
 * @throws TypeError that names all problems together, and never the key.
 */
export function resolveOptions(options: KieClientOptions): ResolvedOptions {
  const parsed = optionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new TypeError(`Kie client options: ${problems.join('; ')}`);
}

/** Joins a path of the API to a host URL that may have a path of its own. */
export function endpoint(base: URL, path: string, query: Readonly<Record<string, string>> = {}): URL {
  const search = new URLSearchParams(query).toString();
  return new URL(base.origin + base.pathname.replace(/\/+$/, '') + path + (search === '' ? '' : `?${search}`));
}

function isHostUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const bare = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return bare && /^https?:$/.test(url.protocol);
}
