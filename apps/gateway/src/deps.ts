import type { GatewayKey, TrustedProxies } from '@kieq/config';
import type { Timings } from '@kieq/domain';
import type { KieClient } from '@kieq/kie';
import type { Ledger } from '@kieq/ledger';
import type { Producer } from '@kieq/producer';
import type { Queues } from '@kieq/queue';
import type { Outbound } from '@kieq/outbound';
import type { RedisClient } from '@kieq/redis';
import type { BlobStore, FileStore } from '@kieq/storage';
import type { Logger, Tracer } from '@kieq/telemetry';
import type { CallersTrace } from './callers-trace.ts';
import type { GatewayLimits } from './limits.ts';
import type { GatewayMetrics } from './metrics.ts';

/** Dependencies that the routes share. */
export interface GatewayDeps {
  readonly producer: Producer;
  readonly ledger: Ledger;
  readonly queues: Queues;
  /** Key prefix of the pool with its hash tag. */
  readonly prefix: string;
  /** Fails fast while Redis is away. */
  readonly redis: RedisClient;
  readonly kie: KieClient;
  /** For addresses of images that callers give. */
  readonly outbound: Outbound;
  /** Store of uploaded images. */
  readonly uploads: FileStore;
  /** Archive of results; undefined without `ARCHIVE_URL`. */
  readonly archive: BlobStore | undefined;
  readonly logger: Logger;
  /** Writes spans of generations; `NO_TRACER` if tracing is off. */
  readonly tracer: Tracer;
  readonly callersTrace: CallersTrace;
  readonly metrics: GatewayMetrics;
  readonly timings: Timings;
  readonly settings: GatewaySettings;
  /** Masks known secrets, and values with the shape of a secret, in texts that leave the process. */
  readonly scrub: (text: string) => string;
  /** Aborted when the gateway starts to stop: event streams end, running requests finish. */
  readonly stopping: AbortSignal;
}

export interface GatewaySettings {
  /** Undefined: every client on this machine is an operator, and no other client is served. */
  readonly keys: readonly GatewayKey[] | undefined;
  /** From `TRUSTED_PROXIES`; undefined: forwarding headers of proxies are ignored. */
  readonly trustedProxies?: TrustedProxies | undefined;
  /** Per key; 0: no limit. */
  readonly rateLimitPerMinute: number;
  readonly allowPrivateUrls: boolean;
  /** `KIE_WEBHOOK_HMAC_KEY`: callbacks without Kie's signature are refused. Undefined: signatures are not checked. */
  readonly kieWebhookHmacKey?: string | undefined;
  /** Pause between comments on an event stream, in ms. */
  readonly heartbeatMs: number;
  readonly limits: GatewayLimits;
  /** `PUBLIC_URL` is set here: callbacks of Kie are accepted even if the pool has not enabled them. */
  readonly takesCallbacks: boolean;
  /** `PUBLIC_URL`: a server of the OpenAPI document. */
  readonly publicUrl?: string | undefined;
  /** HMAC key with which keys of callers are hashed for logs; the same in all gateways of the pool. */
  readonly keyIdSecret: string;
  /** Bytes of images that one tenant may keep by links; 0: no limit. */
  readonly uploadQuotaBytes: number;
}
