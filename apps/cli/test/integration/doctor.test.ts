import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RawEnvironment } from '@kieq/config';
import { nameStore } from '@kieq/queue';
import { startLocalRedis } from '@kieq/local-redis';
import { aclRules, closeConnection, createConnection } from '@kieq/redis';
import { openStore, type FileStore } from '@kieq/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { createSimulator, type Simulator } from '../../../../packages/simulator/src/index.ts';
import { startHttpProxy, startPool, teach, TEST_KEY } from '../../../../packages/testkit/src/index.ts';
import { startGateway } from '../../../gateway/test/support.ts';
import { deadInQueue, queued } from '../generations.ts';
import { closedPort } from '../../../../packages/testkit/test/support/http-server.ts';
import { API_KEY, runCli, testPool, type TestPool } from '../support.ts';

interface Found {
  readonly check: string;
  readonly level: string;
  readonly message: string;
  readonly fix?: string;
}

let simulator: Simulator;
let pool: TestPool;
beforeAll(async () => {
  simulator = createSimulator({ queryLatency: { minMs: 0, maxMs: 0 }, apiKey: API_KEY });
  await simulator.start();
});
afterAll(() => simulator.stop());
beforeEach(async () => {
  simulator.reset();
  pool = await testPool('cli-doctor', { KIE_BASE_URL: simulator.url });
});
afterEach(() => pool.cleanup());

/** All findings; `env` over that of the pool. */
async function doctor(env: RawEnvironment = {}): Promise<{ code: number; findings: readonly Found[] }> {
  const { code, json } = await pool.run(['doctor', '--json'], { env });
  return { code, findings: findingsOf(json) };
}

function findingsOf(json: unknown): readonly Found[] {
  expect(json).toMatchObject({ findings: expect.any(Array) });
  return (json as { findings: readonly Found[] }).findings;
}

function of(findings: readonly Found[], check: string): readonly Found[] {
  return findings.filter((one) => one.check === check);
}

/** An HTTP server of this test. */
async function serve(server: Server): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

describe('where all is well', () => {
  it('finds nothing but what the test itself is like, in every check', async () => {
    const live = await startPool({
      redisUrl: inject('redisUrl'),
      name: 'cli-doctor-live',
      settings: { submitLimit: 20, submitWindowMs: 10_000, pollLimitPerSecond: 10 },
    });
    onTestFinished(() => live.stop());
    const gateway = await startGateway({ pool: live });
    const env = {
      REDIS_URL: live.redis.url,
      KIEQ_PREFIX: live.redis.prefix,
      KIE_API_KEY: TEST_KEY,
      KIE_BASE_URL: live.simulator.url,
      PUBLIC_URL: gateway.url,
      UPLOAD_STORE_URL: live.uploads.place,
      GATEWAY_API_KEYS: 'a-key-of-the-gateway:*',
      DASHBOARD_USER: 'me',
      DASHBOARD_PASSWORD: 'a-password',
    };
    // The pool takes this environment for its own.
    await runCli(['config', 'apply', '--yes'], env);
    const { json } = await runCli(['doctor', '--json'], env);
    const rest = findingsOf(json).filter(({ level }) => level !== 'ok');
    // The Redis of the tests keeps nothing, and a gateway on loopback is out of Kie's reach.
    expect(rest.map(({ check, message }) => [check, message.replace(/;.*/, '')])).toEqual([
      ['redis', expect.stringContaining('appendonly should be yes')],
      ['callbacks', expect.stringContaining('is private')],
    ]);
    const checked = new Set(findingsOf(json).map(({ check }) => check));
    expect([...checked].toSorted()).toEqual([
      'archive',
      'callbacks',
      'clock',
      'credits',
      'door',
      'kie',
      'latency',
      'limits',
      'pool',
      'redis',
      'settings',
      'uploads',
      'workers',
    ]);
  });
});

describe.each([
  ['uploads', 'UPLOAD_STORE_URL'],
  ['archive', 'ARCHIVE_URL'],
])('the store of %s', (check, variable) => {
  it('is tried out, and left as it was', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kieq-doctor-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { findings } = await doctor({ [variable]: pathToFileURL(folder).href });
    expect(of(findings, check)).toEqual([{ check, level: 'ok', message: `${pathToFileURL(folder).href} keeps files` }]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('that does not work is a problem', async () => {
    const { code, findings } = await doctor({ [variable]: pathToFileURL(import.meta.filename).href });
    expect(code).toBe(8);
    expect(of(findings, check)).toEqual([
      {
        check,
        level: 'problem',
        message: expect.stringMatching(/EEXIST|ENOTDIR/),
        fix: expect.stringContaining(variable),
      },
    ]);
  });
});

describe('the upload store', () => {
  // In the repository an earlier version may have left its folder of images.
  const repository = process.cwd();
  let elsewhere: string;
  beforeAll(async () => {
    elsewhere = await mkdtemp(join(tmpdir(), 'kieq-doctor-cwd-'));
    process.chdir(elsewhere);
  });
  afterAll(async () => {
    process.chdir(repository);
    await rm(elsewhere, { recursive: true });
  });

  const named = async (): Promise<FileStore> => {
    const path = await mkdtemp(join(tmpdir(), 'kieq-doctor-'));
    onTestFinished(() => rm(path, { recursive: true }));
    const uploads = openStore({ kind: 'file', path });
    await nameStore({ ledger: pool.ledger, uploads });
    return uploads;
  };

  it('that no pool uses yet is the default of the user, and stays without an id', async () => {
    const { findings } = await doctor();
    const place = pathToFileURL(join(pool.env['XDG_DATA_HOME'] ?? '', 'kieq/uploads'));
    expect(of(findings, 'uploads')).toEqual([
      {
        check: 'uploads',
        level: 'ok',
        message: `${place.href} keeps files (the default, which is right if all processes run here as one user)`,
      },
    ]);
    expect(await readdir(place)).toEqual([]);
  });

  it('of the pool is well, and another one a problem that names the one of the pool', async () => {
    const { place } = await named();
    const same = await doctor({ UPLOAD_STORE_URL: place });
    expect(of(same.findings, 'uploads')).toEqual([{ check: 'uploads', level: 'ok', message: `${place} keeps files` }]);
    const { code, findings } = await doctor();
    expect(code).toBe(8);
    expect(of(findings, 'uploads')).toMatchObject([
      { level: 'problem', message: expect.stringContaining(`uploaded into ${place}, and not into`) },
    ]);
  });

  it('next to another one is a warning', async () => {
    const [one, other] = [await named(), await named()];
    const { findings } = await doctor({ UPLOAD_STORE_URL: one.place });
    expect(of(findings, 'uploads')).toMatchObject([
      { level: 'warning', message: `images of this pool are uploaded into ${one.place} and into ${other.place}` },
    ]);
  });
});

describe('Redis', () => {
  it('that is away is a problem, and hides nothing else', async () => {
    const { code, findings } = await doctor({ REDIS_URL: `redis://:geheim@127.0.0.1:${await closedPort()}` });
    expect(code).toBe(8);
    expect(of(findings, 'redis')).toEqual([
      expect.objectContaining({ level: 'problem', message: expect.stringContaining('is not available') }),
    ]);
    expect(of(findings, 'kie')).toEqual([expect.objectContaining({ level: 'ok' })]);
    expect(JSON.stringify(findings)).not.toContain('geheim');
  });

  it('that may forget, is almost full and writes nothing to disk', async () => {
    const redis = await startLocalRedis({
      cacheDir: join(import.meta.dirname, '../../../../.kieq'),
      settings: { 'maxmemory-policy': 'allkeys-lru', maxmemory: '1100kb' },
    });
    onTestFinished(() => redis.stop());
    const { code, findings } = await doctor({ REDIS_URL: redis.url });
    expect(code).toBe(8);
    expect(of(findings, 'redis')).toMatchObject([
      {
        level: 'problem',
        message: expect.stringContaining('maxmemory-policy'),
        fix: expect.stringContaining('noeviction'),
      },
      { level: 'problem', message: expect.stringContaining('% of maxmemory') },
    ]);
  });

  it('whose user lacks a right', async () => {
    const redis = await startLocalRedis({ cacheDir: join(import.meta.dirname, '../../../../.kieq') });
    onTestFinished(() => redis.stop());
    const admin = createConnection({ url: redis.url, role: 'worker' });
    const rules = `${aclRules(pool.redis.prefix)} -xadd`.split(' ');
    await admin.call('ACL', 'SETUSER', 'kieq', 'reset', 'on', '>secret', ...rules);
    await closeConnection(admin);
    const { code, findings } = await doctor({ REDIS_URL: redis.url.replace('redis://', 'redis://kieq:secret@') });
    expect(code).toBe(8);
    expect(of(findings, 'redis').find(({ level }) => level === 'problem')).toMatchObject({
      message: expect.stringContaining('the user of REDIS_URL may not run XADD'),
      fix: expect.stringContaining('Rights in Redis'),
    });
  });

  it('that is a replica', async () => {
    const redis = await startLocalRedis({
      cacheDir: join(import.meta.dirname, '../../../../.kieq'),
      settings: { replicaof: `127.0.0.1 ${await closedPort()}` },
    });
    onTestFinished(() => redis.stop());
    const { code, findings } = await doctor({ REDIS_URL: redis.url });
    expect(code).toBe(8);
    expect(of(findings, 'redis').map(({ message }) => message)).toContain(
      'the server is a replica: it accepts no writes',
    );
  });

  it('whose replicas are fewer than each submission waits for', async () => {
    await pool.ledger.settings.overwrite({ intentDurability: 'replica:2' });
    const { findings } = await doctor({ KIEQ_INTENT_DURABILITY: 'replica:2' });
    expect(of(findings, 'redis').at(-1)?.message).toContain('waits for 2 replicas, and 0 are connected');
  });
});

describe('Kie', () => {
  it.each([
    ['another key', { apiKey: 'another-key' }, 'kie', 'KIE_API_KEY'],
    ['no credits', { credits: 10 }, 'credits', 'Top up'],
  ])('with %s', async (_what, configuration, check, fix) => {
    simulator.configure(configuration);
    simulator.reset();
    const { code, findings } = await doctor();
    simulator.configure({ apiKey: API_KEY, credits: 1000 });
    expect(code).toBe(8);
    expect(of(findings, check)).toEqual([
      expect.objectContaining({ level: 'problem', fix: expect.stringContaining(fix) }),
    ]);
  });

  it('that is unreachable, or something else', async () => {
    const away = await doctor({ KIE_BASE_URL: `http://127.0.0.1:${await closedPort()}` });
    expect(of(away.findings, 'kie')).toMatchObject([{ level: 'problem', fix: expect.stringContaining('DNS') }]);
    const url = await serve(createServer((_request, answer) => void answer.end('<html>')));
    const other = await doctor({ KIE_BASE_URL: url });
    expect(of(other.findings, 'kie')).toMatchObject([
      { level: 'problem', fix: expect.stringContaining('KIE_BASE_URL') },
    ]);
  });

  it('at an address with /api/v1, which is taken off: told, and the same as without', async () => {
    const { findings } = await doctor({ KIE_BASE_URL: `${simulator.url}/api/v1` });
    expect(of(findings, 'environment')).toMatchObject([
      { level: 'warning', message: expect.stringContaining('/api/v1'), fix: expect.stringContaining('KIE_BASE_URL') },
    ]);
    for (const check of ['kie', 'settings']) expect(of(findings, check)).toMatchObject([{ level: 'ok' }]);
    // As a pool of the version before has it.
    await pool.ledger.settings.overwrite({ baseUrl: `${simulator.url}/api/v1` });
    expect(of((await doctor()).findings, 'settings')).toMatchObject([{ level: 'ok' }]);
  });

  it('is not asked without a key, which is told and harms nothing', async () => {
    const { findings } = await doctor({ KIE_API_KEY: '' });
    expect(of(findings, 'kie')).toMatchObject([{ level: 'skipped', fix: expect.stringContaining('key') }]);
    expect(of(findings, 'settings')).toMatchObject([{ level: 'skipped' }]);
    expect(simulator.ledger.counts.queries).toBe(0);
  });
});

describe('clocks', () => {
  it.each([
    [20_000, 'warning', '(19|20)s behind'],
    [-3_600_000, 'problem', '(59m|1h).* ahead of'],
  ])('Kie being %d ms off is told', async (offMs, level, text) => {
    const url = await serve(
      createServer((_request, answer) => {
        answer.setHeader('date', new Date(Date.now() + offMs).toUTCString());
        answer.end('{}');
      }),
    );
    await pool.ledger.settings.overwrite({ baseUrl: url });
    const { findings } = await doctor({ KIE_BASE_URL: url });
    const wrong = of(findings, 'clock').filter((one) => one.level !== 'ok');
    expect(wrong).toEqual([expect.objectContaining({ level, fix: expect.stringContaining('NTP') })]);
    expect(wrong[0]?.message).toMatch(new RegExp(`^Redis' clock is ${text} Kie's`));
  });
});

describe('the pool', () => {
  it('with other settings than this environment, or of another account', async () => {
    const limit = await doctor({ KIEQ_SUBMIT_LIMIT: '7' });
    expect(limit.code).toBe(8);
    expect(of(limit.findings, 'settings')).toEqual([
      {
        check: 'settings',
        level: 'problem',
        message: 'submitLimit is 20 in the pool and 7 in this environment: a worker with it refuses to start',
        fix: 'Change the environment, or the pool: kieq config apply.',
      },
    ]);
    const account = await doctor({ KIE_API_KEY: 'staging-key-of-another' });
    expect(of(account.findings, 'settings')[0]?.message).toContain('is of another account');
    expect(JSON.stringify(account.findings)).not.toContain('staging-key');
  });

  it('whose limits are beyond the documents, or hold the window back', async () => {
    await teach(pool.ledger, [100_000, 110_000, 120_000]);
    const env = { KIEQ_SUBMIT_LIMIT: '40', KIEQ_MAX_IN_FLIGHT: '100', KIEQ_SHUTDOWN_GRACE_MS: '10000' };
    await pool.ledger.settings.overwrite({ submitLimit: '40', maxInFlight: '100' });
    const { findings } = await doctor(env);
    expect(of(findings, 'settings')).toMatchObject([{ level: 'ok' }]);
    const messages = of(findings, 'limits').map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringContaining('40 submissions per 10s are more than the 20 per 10s that Kie documents'),
      expect.stringContaining('100 in flight hold back a full window'),
      expect.stringContaining('KIEQ_SHUTDOWN_GRACE_MS is 10000'),
    ]);
  });

  it('that Kie has refused with 429', async () => {
    const now = await pool.ledger.read.now();
    await pool.redis.client.hset(`${pool.ledger.root}window:state`, { cutLimit: 15, cutAt: now - 1000 });
    await pool.redis.client.hset(`${pool.ledger.root}stats`, { admitted: 200, 'refused:rate_limited': 9 });
    const { findings } = await doctor();
    expect(of(findings, 'limits').map(({ message }) => message)).toEqual([
      expect.stringMatching(/429 1s.* ago; the limit is 15 of 20/),
      expect.stringContaining('refused 4.5 % of 200 submissions'),
    ]);
  });

  it('under a prefix that no pool has used', async () => {
    const { findings } = await doctor({ KIEQ_PREFIX: `{kieq-mistyped-${pool.redis.prefix.slice(1)}` });
    expect(of(findings, 'pool')).toMatchObject([
      { level: 'warning', message: expect.stringContaining('no pool is known under this prefix') },
    ]);
    expect(of(findings, 'workers')).toMatchObject([
      { level: 'warning', message: 'no worker is running; none was ever seen' },
    ]);
  });

  it('without a worker, with a closed gate and a dead letter', async () => {
    await queued(pool.ledger);
    await deadInQueue(pool.ledger, 'model_unavailable');
    await pool.ledger.gates.pause('prices');
    const { code, findings } = await doctor();
    expect(code).toBe(8);
    expect(of(findings, 'workers')).toMatchObject([
      { level: 'problem', message: 'no worker is running, and 1 generation waits for one; none was ever seen' },
    ]);
    expect(of(findings, 'pool')).toMatchObject([
      {
        level: 'warning',
        message: expect.stringContaining('the gate paused has stopped submissions'),
        fix: 'kieq resume',
      },
      { level: 'warning', message: 'open dead letters: model_unavailable 1' },
    ]);
  });
});

describe('settings that follow from several groups', () => {
  it.each<RawEnvironment>([
    { ARCHIVE_URL: 's3' },
    { ARCHIVE_URL: 's3', ARCHIVE_MODE: 'at-once' },
    { ARCHIVE_URL: 's3', ARCHIVE_MODE: 'no' },
    { ARCHIVE_MODE: 'no' },
    { KIEQ_INTENT_DURABILITY: 'replica:1' },
  ])('%j is here what it is to the workers: nothing but what they differ in is told', async (changed) => {
    const folder = await mkdtemp(join(tmpdir(), 'kieq-doctor-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const archive = changed['ARCHIVE_URL'] === undefined ? {} : { ARCHIVE_URL: pathToFileURL(folder).href };
    const env = { ...changed, ...archive };
    // What a worker with this environment would store.
    await pool.run(['config', 'apply', '--yes'], { env });
    expect(of((await doctor(env)).findings, 'settings')).toEqual([
      { check: 'settings', level: 'ok', message: 'this environment agrees with the settings of the pool' },
    ]);
  });

  it('a rule between keys that a worker refuses is a problem here too', async () => {
    const { code, findings } = await doctor({ ARCHIVE_MODE: 'wait' });
    expect(code).toBe(8);
    expect(of(findings, 'environment')).toMatchObject([
      { level: 'problem', message: 'ARCHIVE_URL is required for ARCHIVE_MODE=wait; received nothing' },
    ]);
  });

  it('a durability that this Redis cannot give, by which a worker refuses to start, is a problem', async () => {
    await pool.ledger.settings.overwrite({ intentDurability: 'fsync' });
    const { findings } = await doctor({ KIEQ_INTENT_DURABILITY: 'fsync' });
    expect(of(findings, 'redis').at(-1)).toMatchObject({
      level: 'problem',
      message: expect.stringMatching(/intentDurability is fsync, and a worker refuses to start: fsync needs/),
    });
  });
});

describe('secrets', () => {
  it('that protect nothing beyond this machine are warnings, which do not show them; none on loopback', async () => {
    const weak = { GATEWAY_API_KEYS: 'letmein-now:*', DASHBOARD_USER: 'me', DASHBOARD_PASSWORD: 'pw-of-me' };
    const beyond = await doctor({ ...weak, GATEWAY_HOST: '0.0.0.0', DASHBOARD_HOST: '0.0.0.0' });
    expect(of(beyond.findings, 'environment')).toMatchObject([
      {
        level: 'warning',
        message: expect.stringContaining("GATEWAY_API_KEYS (key 1, an operator's) has fewer than 24"),
      },
      { level: 'warning', message: expect.stringContaining('DASHBOARD_PASSWORD has fewer than 12') },
    ]);
    expect(JSON.stringify(beyond.findings)).not.toMatch(/letmein|pw-of-me/);
    expect(of((await doctor(weak)).findings, 'environment')).toEqual([]);
  });
});

describe('callbacks', () => {
  it.each([
    ['reach no server', async () => `http://127.0.0.1:${await closedPort()}`, 'cannot be reached'],
    ['reach another server', () => serve(createServer((_request, answer) => void answer.end('hello'))), 'with 200'],
  ])('that %s', async (_what, address, text) => {
    const { code, findings } = await doctor({ PUBLIC_URL: await address() });
    expect(code).toBe(8);
    expect(of(findings, 'callbacks')[0]).toMatchObject({ level: 'problem', message: expect.stringContaining(text) });
  });
});

describe('links to archived results', () => {
  const linksFound = async (publicUrl: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'kieq-doctor-archive-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { findings } = await doctor({ ARCHIVE_URL: pathToFileURL(folder).href, PUBLIC_URL: publicUrl });
    return of(findings, 'archive').slice(1);
  };

  it('lead to a gateway', async () => {
    const live = await startPool({ redisUrl: inject('redisUrl'), name: 'cli-doctor-links' });
    onTestFinished(() => live.stop());
    const { url } = await startGateway({ pool: live });
    expect(await linksFound(url)).toMatchObject([
      { level: 'ok', message: expect.stringContaining('lead to a gateway') },
    ]);
  });

  it('are stopped by a proxy that passes callbacks alone', async () => {
    const url = await serve(createServer((_request, answer) => void answer.writeHead(404).end('no')));
    expect(await linksFound(url)).toMatchObject([
      { level: 'warning', message: expect.stringMatching(/lead to no gateway: it answers 404$/) },
    ]);
  });
});

describe('the program', () => {
  it('ends with 7 after warnings alone, and tells a person how to mend them', async () => {
    const { code, stdout, stderr } = await pool.run(['doctor']);
    expect(code).toBe(7);
    expect(stdout).toMatch(/^! redis +appendonly should be yes.*\n +→ Set `appendonly yes`\.$/m);
    expect(stdout).toMatch(/^✓ kie +http:\S+ takes the key/m);
    expect(stderr).toMatch(/^kieq: problems: 0, warnings: \d\n$/);
  });

  it('says what a gateway and a dashboard without keys and password need behind a proxy', async () => {
    const found = of((await doctor({ DASHBOARD_PASSWORD: 'a password' })).findings, 'door');
    expect(found).toEqual([
      {
        check: 'door',
        level: 'skipped',
        message: expect.stringMatching(/behind any proxy or tunnel set GATEWAY_API_KEYS: .*Host/),
        fix: expect.stringContaining('docs/deployment.md'),
      },
      { check: 'door', level: 'ok', message: 'the dashboard authenticates its clients' },
    ]);
  });

  it('tells wrong keys of the environment, and needs REDIS_URL', async () => {
    const { code, json } = await runCli(['doctor', '--json'], { KIEQ_SUBMIT_LIMIT: 'many', LOG_LEVEL: 'loud' });
    expect(code).toBe(8);
    const found = findingsOf(json);
    expect(of(found, 'environment').map(({ message }) => message.split(' ')[0])).toEqual([
      'KIEQ_SUBMIT_LIMIT',
      'LOG_LEVEL',
    ]);
    expect(of(found, 'redis')).toMatchObject([{ message: 'REDIS_URL is not set' }]);
  });
});

describe('proxies', () => {
  it('Kie is asked through the one that the environment names, and each way is told', async () => {
    const proxy = await startHttpProxy({ portOf: () => Number(new URL(simulator.url).port) });
    onTestFinished(() => proxy.stop());
    const env = {
      KIE_BASE_URL: 'http://kie.example',
      HTTP_PROXY: proxy.url.replace('http://', 'http://me:p4ssword@'),
      NO_PROXY: 'redpandaai.co',
    };
    const { findings } = await doctor(env);
    expect(of(findings, 'kie')).toMatchObject([{ level: 'ok' }]);
    expect(proxy.asked).toEqual(['GET http://kie.example/api/v1/chat/credit']);
    const [ours, theirs] = of(findings, 'proxy');
    expect(ours).toMatchObject({
      level: 'ok',
      message: expect.stringContaining(`Kie ${proxy.url}, uploads to Kie directly`),
    });
    expect(theirs).toMatchObject({ level: 'warning', fix: expect.stringContaining('KIEQ_OUTBOUND_PROXY') });
    expect(JSON.stringify(findings)).not.toContain('p4ssword');
  });

  it('says nothing where none is set, and which one untrusted addresses have', async () => {
    expect(of((await doctor()).findings, 'proxy')).toEqual([]);
    const { findings } = await doctor({ KIEQ_OUTBOUND_PROXY: 'http://me:p4ssword@proxy.example:3128' });
    expect(of(findings, 'proxy').map(({ level }) => level)).toEqual(['ok', 'ok']);
    expect(of(findings, 'proxy')[1]?.message).toContain('http://proxy.example:3128');
    expect(JSON.stringify(findings)).not.toContain('p4ssword');
  });
});
