import { POOL_SETTING_DEFAULTS as DEFAULTS } from '@kieq/domain';
import { boolean, host, matching, milliseconds, oneOf, port, positiveDecimal, secretText, whole } from './parsers.ts';
import { kieBaseUrl } from './kie-base-url.ts';
import { dashboardUrl } from './public-path.ts';
import { trustedProxies } from './trusted-proxies.ts';
import { httpUrl, proxyUrl, redisUrl, storeUrl } from './url-forms.ts';
import { optional, required, withDefault, type Variable } from './variable.ts';
import { gatewayKeys, intentDurability, otlpHeaders, poolPrefix } from './word-forms.ts';

/** The whole environment, in groups that a process needs together. Each property is one key. */
export const GROUPS = {
  redis: {
    redisUrl: required('REDIS_URL', {
      parser: redisUrl,
      secret: true,
      meaning:
        'address of Redis: `redis://`, `rediss://`, Sentinel or Cluster; without it demo and tests start a private local Redis',
    }),
    prefix: withDefault('KIEQ_PREFIX', '{kieq}', { parser: poolPrefix, meaning: 'key prefix of the pool' }),
    redisWaitMs: withDefault('KIEQ_REDIS_WAIT_MS', '10000', {
      parser: milliseconds(1, 3_600_000),
      meaning: 'longest wait of a starting worker, gateway or dashboard for Redis, in ms',
    }),
  },
  kie: {
    kieApiKey: required('KIE_API_KEY', { parser: secretText, secret: true, meaning: 'API key of the Kie account' }),
    kieBaseUrl: withDefault('KIE_BASE_URL', 'https://api.kie.ai', {
      parser: kieBaseUrl,
      meaning: 'address of the Kie API; kieq removes `/api/v1` from its end',
    }),
    kieUploadUrl: withDefault('KIE_UPLOAD_URL', 'https://kieai.redpandaai.co', {
      parser: httpUrl,
      meaning: "address of Kie's upload service",
    }),
  },
  callbacks: {
    publicUrl: optional('PUBLIC_URL', {
      parser: httpUrl,
      meaning: 'public address of the gateway, to which Kie sends callbacks; turns callbacks on',
    }),
    kieWebhookHmacKey: optional('KIE_WEBHOOK_HMAC_KEY', {
      parser: secretText,
      secret: true,
      meaning: 'webhook key of the Kie account, which verifies callbacks',
    }),
  },
  pool: {
    submitLimit: withDefault('KIEQ_SUBMIT_LIMIT', String(DEFAULTS.submitLimit), {
      parser: whole(1, 10_000),
      meaning: 'submissions per window, of all workers together',
    }),
    submitWindowMs: withDefault('KIEQ_SUBMIT_WINDOW_MS', String(DEFAULTS.submitWindowMs), {
      parser: milliseconds(1, 3_600_000),
      meaning: 'length of the submission window, in ms',
    }),
    submitTimeoutMs: withDefault('KIEQ_SUBMIT_TIMEOUT_MS', String(DEFAULTS.submitTimeoutMs), {
      parser: milliseconds(1, 600_000),
      meaning: 'longest wait for the response to a submission, in ms',
    }),
    maxInFlight: withDefault('KIEQ_MAX_IN_FLIGHT', String(DEFAULTS.maxInFlight), {
      parser: whole(1, 10_000_000),
      meaning: 'most tasks that run at once; Kie has no such cap; keep it above limit ÷ window × longest duration',
    }),
    pollLimitPerSecond: withDefault('KIEQ_POLL_LIMIT_PER_SECOND', String(DEFAULTS.pollLimitPerSecond), {
      parser: whole(1, 10_000),
      meaning: 'status queries per second, of all workers together',
    }),
    pollLimitMaxPerSecond: withDefault('KIEQ_POLL_LIMIT_MAX_PER_SECOND', String(DEFAULTS.pollLimitMaxPerSecond), {
      parser: whole(0, 10_000),
      meaning:
        'how far the pool may raise that limit by what it learns; off unless it is above `KIEQ_POLL_LIMIT_PER_SECOND`',
    }),
    unknownWindowMs: withDefault('KIEQ_UNKNOWN_WINDOW_MS', String(DEFAULTS.unknownWindowMs), {
      parser: milliseconds(1),
      meaning: 'how long a submission without a response may still be resolved, in ms (30 min)',
    }),
    onUnknown: withDefault('KIEQ_ON_UNKNOWN', 'hold', {
      parser: oneOf('hold', 'pay-again'),
      meaning:
        'what follows after `KIEQ_UNKNOWN_WINDOW_MS`: `hold` for an operator, or `pay-again` once, which may pay twice',
    }),
    intentDurability: withDefault('KIEQ_INTENT_DURABILITY', 'none', {
      parser: intentDurability,
      meaning: 'what confirms a written intent before the POST: `none`, `replica:<n>`, or `fsync` (Redis 7.2)',
    }),
    creditDeadlineMs: withDefault('KIEQ_CREDIT_DEADLINE_MS', String(DEFAULTS.creditDeadlineMs), {
      parser: milliseconds(1),
      meaning: 'longest time in the queue while credits are exhausted, in ms (1 h)',
    }),
    deadlineMs: withDefault('KIEQ_DEADLINE_MS', String(DEFAULTS.deadlineMs), {
      parser: milliseconds(1),
      meaning: 'longest time in the queue, in ms (24 h)',
    }),
    holdMs: withDefault('KIEQ_HOLD_MS', String(DEFAULTS.holdMs), {
      parser: milliseconds(0),
      meaning:
        'how long a dead letter whose paid video may still come shows as `waiting` to Kie-compatible clients, in ms (24 h); 0: off',
    }),
    archiveMode: optional('ARCHIVE_MODE', {
      parser: oneOf('no', 'wait', 'at-once'),
      meaning:
        'when a generation with a video succeeds: `wait`: once its results are saved; `at-once`: with the link, and a worker saves the results afterwards; `no`: results are not saved; without it `wait` where `ARCHIVE_URL` is set, else `no`',
    }),
    archiveLinkTtlMs: withDefault('ARCHIVE_LINK_TTL_MS', String(DEFAULTS.archiveLinkTtlMs), {
      parser: milliseconds(1),
      meaning:
        'how long the links of results are assumed to work, in ms (24 h); the results whose links end first are saved first',
    }),
    resultLinks: withDefault('RESULT_LINKS', 'archive', {
      parser: oneOf('archive', 'kie'),
      meaning:
        "which links callers get for an archived result: `archive`: links into the archive where a gateway at `PUBLIC_URL` reads it or it is a bucket; `kie`: Kie's own, which expire within a day",
    }),
    retentionMs: withDefault('KIEQ_RETENTION_MS', String(DEFAULTS.retentionMs), {
      // A tombstone must outlive every job: a week of delay and a week in which BullMQ keeps a failed one.
      parser: milliseconds(1_209_600_000),
      meaning:
        'how long payload and result of an ended generation are kept, and then its tombstone for the same time, in ms (90 d); longer than any job is kept',
    }),
  },
  worker: {
    catalogueRefresh: withDefault('KIEQ_CATALOGUE_REFRESH', 'off', {
      parser: oneOf('off', 'weekly'),
      meaning:
        "whether workers read Kie's own catalogue of models: `weekly`, one request per second at most, or `off`; `kieq models refresh` reads it at once",
    }),
    submitConcurrency: withDefault('KIEQ_SUBMIT_CONCURRENCY', '20', {
      parser: whole(1, 1_000),
      meaning: 'concurrent submissions of one worker; one full window, since a response takes less than a window',
    }),
    pollConcurrency: withDefault('KIEQ_POLL_CONCURRENCY', '20', {
      parser: whole(1, 1_000),
      meaning:
        'concurrent status queries of one worker; twice the budget of a second, since a response takes less than two seconds',
    }),
    notifyConcurrency: withDefault('KIEQ_NOTIFY_CONCURRENCY', '20', {
      parser: whole(1, 1_000),
      meaning: 'concurrent deliveries of one worker; at most a quarter of them to one origin',
    }),
    archiveConcurrency: withDefault('ARCHIVE_CONCURRENCY', '4', {
      parser: whole(1, 1_000),
      meaning: 'generations whose results one worker saves concurrently',
    }),
    archiveBytesPerSecond: withDefault('ARCHIVE_BYTES_PER_SECOND', '0', {
      parser: whole(0, 1_000_000_000_000),
      meaning: 'most bytes of results that one worker fetches per second; 0: no limit',
    }),
    archiveMaxBytes: withDefault('ARCHIVE_MAX_BYTES', '4294967296', {
      parser: whole(1, 1_000_000_000_000),
      meaning: 'longest result that a worker saves, in bytes (4 GiB)',
    }),
    lockMs: withDefault('KIEQ_LOCK_MS', '30000', {
      parser: milliseconds(1_000, 3_600_000),
      meaning: "job lock, in ms; other workers take over a dead worker's jobs within about twice this time",
    }),
    workerMetricsHost: withDefault('WORKER_METRICS_HOST', '127.0.0.1', {
      parser: host,
      meaning: "listen address of the worker's metrics; every client that reaches it can read them",
    }),
    workerMetricsPort: withDefault('WORKER_METRICS_PORT', '9464', {
      parser: port,
      meaning: 'port of `/metrics`, `/healthz` and `/readyz` of a worker',
    }),
  },
  gateway: {
    gatewayHost: withDefault('GATEWAY_HOST', '127.0.0.1', {
      parser: host,
      meaning: 'listen address of the gateway',
    }),
    gatewayPort: withDefault('GATEWAY_PORT', '8080', { parser: port, meaning: 'port of the gateway' }),
    gatewayApiKeys: optional('GATEWAY_API_KEYS', {
      parser: gatewayKeys,
      secret: true,
      meaning:
        '`key:tenant,…`; a key of tenant `*` is an operator key, which sees all tenants; without keys the gateway serves only loopback',
    }),
    gatewayRateLimitPerMinute: withDefault('GATEWAY_RATE_LIMIT_PER_MINUTE', '0', {
      parser: whole(0, 1_000_000),
      meaning: 'requests per minute and key, over all gateways; the gateway responds to more with 429; 0: no limit',
    }),
    gatewayMaxConnections: withDefault('GATEWAY_MAX_CONNECTIONS', '4096', {
      parser: whole(16, 1_000_000),
      meaning: 'most connections of one gateway at once; the limit of open files of the process must allow them',
    }),
    gatewayEventStreams: withDefault('GATEWAY_EVENT_STREAMS', '2000', {
      parser: whole(1, 1_000_000),
      meaning:
        'most event streams of one gateway at once, at most half of them for one key; the gateway responds to more with 429',
    }),
    gatewayUploadQuotaMb: withDefault('GATEWAY_UPLOAD_QUOTA_MB', '2048', {
      parser: whole(0, 100_000_000),
      meaning:
        'MB of images that one tenant may keep by the upload endpoints of Kie, for 3 days each; more is refused with 413; 0: no limit',
    }),
    dedupeWindowMs: withDefault('KIEQ_DEDUPE_WINDOW_MS', '0', {
      parser: milliseconds(0),
      meaning: 'equal requests of one tenant within this time count as one, in ms; 0: off',
    }),
  },
  client: {
    gatewayUrl: withDefault('GATEWAY_URL', 'http://127.0.0.1:8080', {
      parser: httpUrl,
      meaning: 'address of the gateway whose events `kieq listen` follows',
    }),
    gatewayKey: optional('GATEWAY_KEY', {
      parser: secretText,
      secret: true,
      meaning: 'a key of `GATEWAY_API_KEYS`, with which `kieq listen` follows events; its tenant decides which',
    }),
  },
  outbound: {
    gatewayWebhookSecret: optional('GATEWAY_WEBHOOK_SECRET', {
      parser: secretText,
      secret: true,
      meaning: 'secret that signs deliveries; the workers send them, so they need it',
    }),
    allowPrivateUrls: withDefault('KIEQ_ALLOW_PRIVATE_URLS', 'false', {
      parser: boolean,
      meaning:
        'whether callback URLs of callers, images that the gateway fetches, and result links may be private addresses',
    }),
    outboundProxy: optional('KIEQ_OUTBOUND_PROXY', {
      parser: proxyUrl,
      secret: true,
      meaning:
        'proxy for deliveries, images that the gateway fetches, and result links; it resolves their names itself, so it must refuse private addresses',
    }),
  },
  dashboard: {
    dashboardHost: withDefault('DASHBOARD_HOST', '127.0.0.1', {
      parser: host,
      meaning: 'listen address of the dashboard; beyond loopback it needs a password',
    }),
    dashboardPort: withDefault('DASHBOARD_PORT', '8081', { parser: port, meaning: 'port of the dashboard' }),
    dashboardPublicUrl: optional('DASHBOARD_PUBLIC_URL', {
      parser: dashboardUrl,
      meaning:
        'public address of the dashboard behind a proxy, such as `https://ops.example/kieq`; links and cookies follow its path, which the proxy may remove or keep; needs a password',
    }),
    dashboardUser: optional('DASHBOARD_USER', {
      parser: matching('must not contain a colon', /^[^:]+$/),
      meaning: 'user of the dashboard',
    }),
    dashboardPassword: optional('DASHBOARD_PASSWORD', {
      parser: secretText,
      secret: true,
      meaning: 'password of the dashboard',
    }),
    dashboardViewerUser: optional('DASHBOARD_VIEWER_USER', {
      parser: matching('must not contain a colon', /^[^:]+$/),
      meaning: 'second user of the dashboard, with read access only',
    }),
    dashboardViewerPassword: optional('DASHBOARD_VIEWER_PASSWORD', {
      parser: secretText,
      secret: true,
      meaning: 'password of the second user',
    }),
  },
  proxies: {
    trustedProxies: optional('TRUSTED_PROXIES', {
      parser: trustedProxies,
      meaning:
        'addresses and networks of the proxies in front of gateway and dashboard, whose `X-Forwarded-For` or `Forwarded` header counts; without it the address of the connection counts',
    }),
  },
  files: {
    archive: optional('ARCHIVE_URL', {
      parser: storeUrl,
      meaning:
        'store of results: `file:///…`, a folder that workers, gateways and dashboards share, or `s3://bucket/prefix`; without it kieq keeps only their links, which expire within a day',
    }),
    uploadStore: optional('UPLOAD_STORE_URL', {
      parser: storeUrl,
      meaning:
        'store of images that callers upload, until submission: `file:///…` or `s3://bucket/prefix`; without it `kieq/uploads` below `XDG_DATA_HOME`, else below `~/.local/share`, of the user of the process',
    }),
  },
  process: {
    logLevel: withDefault('LOG_LEVEL', 'info', {
      parser: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
      meaning: 'lowest level of the logged lines',
    }),
    shutdownGraceMs: withDefault('KIEQ_SHUTDOWN_GRACE_MS', '25000', {
      parser: milliseconds(0, 3_600_000),
      meaning: 'time that SIGTERM leaves to running calls, in ms; 0: none',
    }),
    httpsProxy: optional('HTTPS_PROXY', {
      alias: 'https_proxy',
      parser: proxyUrl,
      secret: true,
      meaning:
        'proxy for calls to https addresses of Kie, S3, the trace collector and PUBLIC_URL; for callback URLs of callers and result links see KIEQ_OUTBOUND_PROXY; also `https_proxy`',
    }),
    httpProxy: optional('HTTP_PROXY', {
      alias: 'http_proxy',
      parser: proxyUrl,
      secret: true,
      meaning: 'proxy for calls to http addresses of the same services; also `http_proxy`',
    }),
    noProxy: optional('NO_PROXY', {
      alias: 'no_proxy',
      parser: matching('must be hosts, separated by commas or blanks', /^[\x20-\x7E]*$/),
      meaning:
        'hosts that kieq calls without a proxy: `*`, names (with all below them), addresses, networks such as `10.0.0.0/8`, each with `:port` or without; this machine is always one; also `no_proxy`',
    }),
    otlpEndpoint: optional('OTEL_EXPORTER_OTLP_ENDPOINT', {
      parser: httpUrl,
      meaning:
        'OpenTelemetry collector that receives traces by OTLP over HTTP, such as `http://127.0.0.1:4318`; turns tracing on',
    }),
    otlpHeaders: optional('OTEL_EXPORTER_OTLP_HEADERS', {
      parser: otlpHeaders,
      secret: true,
      meaning: 'headers of requests to the collector, `name=value,…`, such as its key',
    }),
    traceRatio: withDefault('KIEQ_TRACE_RATIO', '1', {
      parser: positiveDecimal(1),
      meaning: "share of the generations that are traced, where no caller's trace decides; the same for every process",
    }),
    timeScale: withDefault('KIEQ_TIME_SCALE', '1', {
      parser: positiveDecimal(10),
      meaning:
        "for tests: multiplies kieq's own policy times, such as poll pauses and backoff; never set it in production",
    }),
  },
} as const satisfies Record<string, Record<string, Variable<unknown>>>;

export type Groups = typeof GROUPS;

/** Groups that a process can request; the group `process` is always included. */
export type Group = keyof Groups;
