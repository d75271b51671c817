import {
  ConfigError,
  ENVIRONMENT,
  parseEnvironment,
  poolSettings,
  type ConfigProblem,
  type Group,
  type RawEnvironment,
} from '@kieq/config';
import { describe, expect, expectTypeOf, test } from 'vitest';

const ALL = [
  'redis',
  'kie',
  'callbacks',
  'pool',
  'worker',
  'gateway',
  'client',
  'dashboard',
  'files',
  'outbound',
  'proxies',
  'process',
] as const satisfies Group[];
const MINIMUM = { REDIS_URL: 'redis://localhost', KIE_API_KEY: 'kie-key' };

function problemsOf(env: RawEnvironment, groups: readonly Group[] = ALL): readonly ConfigProblem[] {
  try {
    parseEnvironment(env, groups);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('defaults', () => {
  // Their values are in docs/configuration.md, by the same catalogue.
  test('hold for empty strings too', () => {
    const empty = Object.fromEntries(ENVIRONMENT.map(({ key }) => [key, '']));
    expect(parseEnvironment({ ...empty, ...MINIMUM }, ALL)).toEqual(parseEnvironment(MINIMUM, ALL));
  });
});

describe('groups', () => {
  test('a process needs only what it asks for', () => {
    const env = parseEnvironment({ REDIS_URL: 'redis://localhost', GATEWAY_PORT: 'wrong' }, ['redis', 'dashboard']);
    expectTypeOf(env.dashboardPort).toEqualTypeOf<number>();
    expectTypeOf(env.dashboardPassword).toEqualTypeOf<string | undefined>();
    expectTypeOf(env.logLevel).toEqualTypeOf<'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'>();
    expectTypeOf(env).not.toHaveProperty('kieApiKey');
    expect(Object.keys(env)).not.toContain('kieApiKey');
  });

  test('the required keys are required', () => {
    expect(problemsOf({ REDIS_URL: '' })).toEqual([
      { key: 'REDIS_URL', rule: 'is required', received: undefined },
      { key: 'KIE_API_KEY', rule: 'is required', received: undefined },
    ]);
  });
});

describe('good values', () => {
  test.each<[string, string, string, unknown]>([
    ['KIEQ_SHUTDOWN_GRACE_MS', '0', 'shutdownGraceMs', 0],
    ['KIEQ_HOLD_MS', '0', 'holdMs', 0],
    ['GATEWAY_PORT', '0', 'gatewayPort', 0],
    ['DASHBOARD_PORT', '0', 'dashboardPort', 0],
    ['WORKER_METRICS_PORT', '0', 'workerMetricsPort', 0],
    ['KIEQ_TIME_SCALE', '0.01', 'timeScale', 0.01],
    ['KIEQ_ON_UNKNOWN', 'pay-again', 'onUnknown', 'pay-again'],
    ['KIEQ_INTENT_DURABILITY', 'replica:2', 'intentDurability', { kind: 'replica', replicas: 2 }],
    ['KIEQ_INTENT_DURABILITY', 'fsync', 'intentDurability', { kind: 'fsync' }],
    ['KIEQ_ALLOW_PRIVATE_URLS', 'true', 'allowPrivateUrls', true],
    ['KIEQ_PREFIX', 'prod:{kieq-2}', 'prefix', 'prod:{kieq-2}'],
    ['PUBLIC_URL', 'https://q.example/kieq/', 'publicUrl', 'https://q.example/kieq'],
    ['REDIS_URL', 'rediss+sentinel://:p%40@a,b:1/main/2', 'redisUrl', 'rediss+sentinel://:p%40@a,b:1/main/2'],
    [
      'GATEWAY_API_KEYS',
      'k1:a, k2:b,k3:a,k4:*',
      'gatewayApiKeys',
      [
        { key: 'k1', tenant: 'a' },
        { key: 'k2', tenant: 'b' },
        { key: 'k3', tenant: 'a' },
        { key: 'k4', tenant: '*' },
      ],
    ],
    [
      'ARCHIVE_URL',
      's3://my-bucket/videos/2026/',
      'archive',
      { kind: 's3', url: 's3://my-bucket/videos/2026/', bucket: 'my-bucket', prefix: 'videos/2026' },
    ],
    [
      'ARCHIVE_URL',
      's3://my-bucket',
      'archive',
      { kind: 's3', url: 's3://my-bucket', bucket: 'my-bucket', prefix: '' },
    ],
    [
      'UPLOAD_STORE_URL',
      'file:///var/lib/a%20b',
      'uploadStore',
      { kind: 'file', url: 'file:///var/lib/a%20b', path: '/var/lib/a b' },
    ],
    ['GATEWAY_HOST', '::1', 'gatewayHost', '::1'],
  ])('%s=%s', (key, text, property, value) => {
    expect(parseEnvironment({ ...MINIMUM, [key]: text }, ALL)).toMatchObject({ [property]: value });
  });
});

const BAD: Readonly<Record<string, readonly string[]>> = {
  REDIS_URL: ['localhost:6379', 'http://host', 'redis://', 'redis:///1', 'redis://a b'],
  KIEQ_PREFIX: ['kieq', '{}', '{a}{b}', '{a b}', '{a*}'],
  KIE_API_KEY: ['with blank', 'line\n', 'ümlaut'],
  KIE_BASE_URL: [
    'api.kie.ai',
    'ftp://api.kie.ai',
    'https://user:pw@api.kie.ai',
    'https://api.kie.ai?x=1',
    'https://api.kie.ai/#x',
  ],
  KIE_UPLOAD_URL: ['nowhere'],
  PUBLIC_URL: ['q.example', 'https://me@q.example'],
  KIE_WEBHOOK_HMAC_KEY: [' '],
  KIEQ_SUBMIT_LIMIT: ['0', '-1', '1.5', '1e3', ' 5', 'twenty', '10001'],
  KIEQ_SUBMIT_WINDOW_MS: ['0', '10s'],
  KIEQ_SUBMIT_TIMEOUT_MS: ['0', '600001'],
  KIEQ_MAX_IN_FLIGHT: ['0'],
  KIEQ_POLL_LIMIT_MAX_PER_SECOND: ['-1', '0.5'],
  KIEQ_POLL_LIMIT_PER_SECOND: ['0', '0.5'],
  KIEQ_UNKNOWN_WINDOW_MS: ['0'],
  KIEQ_ON_UNKNOWN: ['pay', 'HOLD'],
  KIEQ_CATALOGUE_REFRESH: ['daily', 'on'],
  KIEQ_INTENT_DURABILITY: ['replica', 'replica:0', 'replica:100', 'disk'],
  KIEQ_CREDIT_DEADLINE_MS: ['0'],
  KIEQ_DEADLINE_MS: ['0'],
  KIEQ_HOLD_MS: ['-1'],
  KIEQ_REDIS_WAIT_MS: ['0', '3600001'],
  KIEQ_RETENTION_MS: ['0', '90d'],
  KIEQ_SUBMIT_CONCURRENCY: ['0', '1001'],
  KIEQ_POLL_CONCURRENCY: ['0'],
  KIEQ_NOTIFY_CONCURRENCY: ['0', '1001'],
  ARCHIVE_MODE: ['yes', 'off'],
  ARCHIVE_LINK_TTL_MS: ['0', '24h'],
  RESULT_LINKS: ['gateway', 'off'],
  ARCHIVE_CONCURRENCY: ['0', '1001'],
  ARCHIVE_BYTES_PER_SECOND: ['-1', '1M'],
  ARCHIVE_MAX_BYTES: ['0', '4G'],
  KIEQ_LOCK_MS: ['999'],
  WORKER_METRICS_HOST: ['a host'],
  WORKER_METRICS_PORT: ['65536', '-1'],
  GATEWAY_HOST: ['a host'],
  GATEWAY_PORT: ['80a'],
  GATEWAY_API_KEYS: ['key', 'key:', ':tenant', 'key:tenant,', 'key:a,key:b', 'k y:tenant'],
  GATEWAY_WEBHOOK_SECRET: ['a b'],
  GATEWAY_RATE_LIMIT_PER_MINUTE: ['-1', '0.5'],
  GATEWAY_MAX_CONNECTIONS: ['0', '15', 'many'],
  GATEWAY_EVENT_STREAMS: ['0', '1.5'],
  GATEWAY_URL: ['localhost:8080', 'ftp://gateway.example'],
  GATEWAY_KEY: ['two words'],
  GATEWAY_UPLOAD_QUOTA_MB: ['-1', '1.5'],
  KIEQ_DEDUPE_WINDOW_MS: ['-1'],
  DASHBOARD_HOST: ['http://x/y'],
  DASHBOARD_PORT: ['99999'],
  DASHBOARD_PUBLIC_URL: [
    'ops.example/kieq',
    'https://user:pass@ops.example/kieq',
    'https://ops.example/kieq?x=1',
    'https://ops.example/a"b',
    'https://ops.example/ki%65q',
    'https://ops.example/queues',
    'https://ops.example/api/kieq',
    'https://ops.example//kieq',
  ],
  DASHBOARD_USER: ['a:b'],
  DASHBOARD_PASSWORD: ['a b'],
  DASHBOARD_VIEWER_USER: ['a:b'],
  DASHBOARD_VIEWER_PASSWORD: ['a b'],
  ARCHIVE_URL: [
    '/var/lib',
    'file://folder',
    'file:folder',
    's3://',
    's3://UPPER',
    's3://key:secret@bucket',
    's3://bucket?x=1',
    'gs://bucket',
  ],
  UPLOAD_STORE_URL: [
    'https://bucket',
    '.kieq/uploads',
    'file:uploads',
    'file://uploads',
    'file://./uploads',
    'file:/uploads',
  ],
  KIEQ_ALLOW_PRIVATE_URLS: ['yes', '1'],
  TRUSTED_PROXIES: ['proxy.example', '10.0.0.0/33', '0.0.0.0/0', '10.0.0.1,', 'true'],
  LOG_LEVEL: ['verbose'],
  KIEQ_SHUTDOWN_GRACE_MS: ['-1', '0.5'],
  KIEQ_OUTBOUND_PROXY: ['socks5://proxy:1080', 'http://proxy/path'],
  HTTPS_PROXY: ['socks5://proxy:1080', 'http://proxy:3128/path', 'http://me:%zz@proxy:3128'],
  HTTP_PROXY: ['http://'],
  NO_PROXY: ['ümlaut.example'],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['collector:4318', 'grpc://collector:4317'],
  OTEL_EXPORTER_OTLP_HEADERS: ['key', 'a key=1', 'key=%zz', 'key=a,'],
  KIEQ_TRACE_RATIO: ['0', '1.1', 'half'],
  KIEQ_TIME_SCALE: ['0', '-1', '11', '1e-1', 'NaN'],
};

describe('bad values', () => {
  test('every key of the catalogue has some', () => {
    expect(Object.keys(BAD).toSorted()).toEqual(ENVIRONMENT.map(({ key }) => key).toSorted());
  });

  test.each(Object.entries(BAD).flatMap(([key, texts]) => texts.map((text): [string, string] => [key, text])))(
    '%s=%j',
    (key, text) => {
      const entry = ENVIRONMENT.find((candidate) => candidate.key === key);
      const [problem] = problemsOf({ ...MINIMUM, [key]: text });
      const shown = text.replace(/\/\/.*@/, '//***@');
      expect(problem).toEqual({ key, rule: entry?.rule, received: entry?.secret === true ? '***' : shown });
    },
  );

  // @guarantee G7
  test('are all reported together, in one message that shows no secret', () => {
    const bad = Object.fromEntries(Object.entries(BAD).map(([key, [text]]) => [key, text]));
    const secrets = {
      GATEWAY_API_KEYS: 'hunter2',
      REDIS_URL: 'redis:/hunter2',
      KIE_API_KEY: 'hunter2 ',
      DASHBOARD_PASSWORD: 'hunter2 x',
    };
    const problems = problemsOf({ ...bad, ...secrets });
    expect(problems.map(({ key }) => key).toSorted()).toEqual(ENVIRONMENT.map(({ key }) => key).toSorted());
    const { message } = new ConfigError(problems);
    expect(message.split('\n')).toHaveLength(ENVIRONMENT.length + 1);
    expect(message).toContain(
      'KIEQ_LOCK_MS must be a whole number of milliseconds from 1000 to 3600000; received "999"',
    );
    expect(message).toContain('KIE_API_KEY must be printable ASCII without blanks; received "***"');
    expect(message).not.toContain('hunter2');
  });
});

test.each([
  ['KIE_BASE_URL', 'https://user:hunter2@api.kie.ai', 'https://***@api.kie.ai'],
  ['ARCHIVE_URL', 's3://key:hunter2/x@bucket', 's3://***@bucket'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://hunter2@collector', 'https://***@collector'],
])('credentials in %s are refused and not shown', (key, text, received) => {
  expect(problemsOf({ ...MINIMUM, [key]: text })).toMatchObject([{ key, received }]);
});

describe('the gateway beyond loopback', () => {
  test('needs keys', () => {
    const problems = (env: RawEnvironment) => problemsOf({ ...MINIMUM, ...env }, ['gateway']).map(({ key }) => key);
    expect(problems({ GATEWAY_HOST: '0.0.0.0' })).toEqual(['GATEWAY_HOST']);
    expect(problems({ GATEWAY_HOST: '0.0.0.0', GATEWAY_API_KEYS: 'k:a' })).toEqual([]);
    expect(problems({ GATEWAY_HOST: '::1' })).toEqual([]);
  });
});

test('rules between keys do not apply where one of them is invalid', () => {
  const keys = (env: RawEnvironment) => problemsOf(env, ['gateway', 'dashboard']).map(({ key }) => key);
  expect(keys({ DASHBOARD_USER: 'a:b', DASHBOARD_PASSWORD: 'pw' })).toEqual(['DASHBOARD_USER']);
  expect(keys({ GATEWAY_HOST: '0.0.0.0', GATEWAY_API_KEYS: 'k' })).toEqual(['GATEWAY_API_KEYS']);
});

describe('the archive', () => {
  const asked = (env: RawEnvironment) => parseEnvironment({ ...MINIMUM, ...env }, ['kie', 'pool', 'files']);

  test('a mode that saves results needs a place for them', () => {
    const keys = (env: RawEnvironment) => problemsOf({ ...MINIMUM, ...env }, ['pool', 'files']).map(({ key }) => key);
    expect(keys({ ARCHIVE_MODE: 'wait' })).toEqual(['ARCHIVE_URL']);
    expect(keys({ ARCHIVE_MODE: 'at-once' })).toEqual(['ARCHIVE_URL']);
    expect(keys({ ARCHIVE_MODE: 'no' })).toEqual([]);
    expect(keys({ ARCHIVE_MODE: 'wait', ARCHIVE_URL: 's3://bucket' })).toEqual([]);
    // Who only changes the pool's settings needs no archive.
    expect(problemsOf({ ...MINIMUM, ARCHIVE_MODE: 'wait' }, ['kie', 'pool'])).toEqual([]);
  });

  test.each([
    [{}, 'no'],
    [{ ARCHIVE_URL: 's3://bucket' }, 'wait'],
    [{ ARCHIVE_URL: 's3://bucket', ARCHIVE_MODE: 'at-once' }, 'at-once'],
    [{ ARCHIVE_URL: 's3://bucket', ARCHIVE_MODE: 'no' }, 'no'],
  ])('%j makes the mode of the pool %s', (env, mode) => {
    expect(poolSettings(asked(env))).toMatchObject({ archiveMode: mode, archiveLinkTtlMs: 86_400_000 });
  });
});

describe('the dashboard beyond loopback', () => {
  const keys = (env: RawEnvironment): string[] => problemsOf(env, ['dashboard']).map(({ key }) => key);

  test('needs user and password', () => {
    expect(keys({ DASHBOARD_HOST: '0.0.0.0' })).toEqual(['DASHBOARD_HOST']);
    expect(keys({ DASHBOARD_HOST: '0.0.0.0', DASHBOARD_USER: 'me', DASHBOARD_PASSWORD: 'pw' })).toEqual([]);
    expect(keys({ DASHBOARD_USER: 'me' })).toEqual(['DASHBOARD_PASSWORD']);
    expect(keys({ DASHBOARD_PUBLIC_URL: 'https://ops.example/kieq' })).toEqual(['DASHBOARD_PASSWORD']);
    const behindProxy = {
      DASHBOARD_PUBLIC_URL: 'https://ops.example/a/kieq/',
      DASHBOARD_USER: 'me',
      DASHBOARD_PASSWORD: 'pw',
    };
    expect(keys(behindProxy)).toEqual([]);
    expect(parseEnvironment(behindProxy, ['dashboard']).dashboardPublicUrl).toBe('https://ops.example/a/kieq');
    expect(keys({ DASHBOARD_PASSWORD: 'pw' })).toEqual(['DASHBOARD_USER']);
  });

  test('a viewer needs user and password, an operator as well, and its own name', () => {
    const operator = { DASHBOARD_USER: 'me', DASHBOARD_PASSWORD: 'pw' };
    const viewer = { DASHBOARD_VIEWER_USER: 'you', DASHBOARD_VIEWER_PASSWORD: 'pw2' };
    expect(keys({ ...operator, ...viewer })).toEqual([]);
    expect(keys(viewer)).toEqual(['DASHBOARD_USER']);
    expect(keys({ ...operator, DASHBOARD_VIEWER_PASSWORD: 'pw2' })).toEqual(['DASHBOARD_VIEWER_USER']);
    expect(keys({ ...operator, ...viewer, DASHBOARD_VIEWER_USER: 'me' })).toEqual(['DASHBOARD_VIEWER_USER']);
  });

  test.each(['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost'])('%s is loopback', (host) => {
    expect(keys({ DASHBOARD_HOST: host })).toEqual([]);
  });
});
