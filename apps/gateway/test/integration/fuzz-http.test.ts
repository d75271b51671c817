import { connect, type Socket } from 'node:net';
import { createLogger } from '@kieq/telemetry';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { undescribed, type AnswerSeen } from '../described.ts';
import { exchange, type RawAnswer } from '../fuzz/exchange.ts';
import { requests, type RawRequest } from '../fuzz/requests.ts';
import { seen } from '../fuzz/seen.ts';
import { KEYS, OPERATOR_KEY, SECRETS, SENT_SECRETS, UNSENT_SECRETS } from '../fuzz/secrets.ts';
import { startGateway, type GatewayFixture } from '../support.ts';

/** The same requests in every run; change it to test others. */
const SEED = 20_262;
const REQUESTS = 4400;
const AT_ONCE = 20;
/** A busy machine takes its time for thousands. */
const TIMEOUT = { timeout: 180_000 };
const STACK = /\bat [^\n"]*(?:file:|node:|\/)[^\n"]*:\d+:\d+/;

let pool: PoolFixture;
let known: readonly string[];
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'fuzz-http', workers: 0 });
  known = await pool.enqueue('queued', 'cancelled', 'dead');
  await pool.producer.get(known[1] ?? '').cancel();
  const evidence = { summary: 'for the fuzz' };
  await pool.ledger.kill({ id: known[2] ?? '', class: 'refused_repeatedly', expected: 'queued', evidence });
});
afterAll(() => pool.stop());

interface Fuzzed {
  readonly gateway: GatewayFixture;
  readonly port: number;
  /** Lines of every level. */
  readonly log: readonly string[];
}

async function openFuzzed(): Promise<Fuzzed> {
  const log: string[] = [];
  const destination = { write: (line: string) => void log.push(line) };
  const logger = createLogger({ name: 'gateway', level: 'trace', secrets: SECRETS, destination });
  const gateway = await startGateway({ pool, keys: KEYS, secrets: SECRETS, allowPrivateUrls: false, deps: { logger } });
  return { gateway, port: Number(new URL(gateway.url).port), log };
}

/** What must never be; undefined when all is well. */
function fault({ status, text, isHanging }: RawAnswer, { isCut }: RawRequest): string | undefined {
  if (isHanging) return 'the answer does not end';
  if (status >= 500) return `the status is ${status}`;
  if (status === 0 && !isCut) return 'there is no answer';
  const banned = status >= 400 ? SECRETS : UNSENT_SECRETS;
  const told = banned.find((one) => text.includes(one));
  if (told !== undefined) return `it tells ${told}`;
  const isPage = /content-type: (?!application\/json)/i.test(text);
  return !isPage && STACK.test(text) ? 'it tells a stack' : undefined;
}

// @guarantee G7
test(
  'malformed requests by the thousands: no 5xx, no hang, no secret and no stack, all answers as described',
  TIMEOUT,
  async () => {
    const { gateway, port, log } = await openFuzzed();
    const all = fc.sample(requests(known), { numRuns: REQUESTS, seed: SEED });
    const statuses = new Map<number, number>();
    const faults: object[] = [];
    const answers: AnswerSeen[] = [];
    let next = 0;
    const sender = async (): Promise<void> => {
      for (let request = all[next++]; request !== undefined; request = all[next++]) {
        const answer = await exchange(port, request);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        const json = seen(request, answer);
        if (json !== undefined) answers.push(json);
        const what = fault(answer, request);
        const { head, body } = request;
        if (what !== undefined)
          faults.push({ what, head, body: body.toString('latin1').slice(0, 1000), answer: answer.text.slice(0, 1000) });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    expect(faults).toEqual([]);
    expect(answers.length).toBeGreaterThan(REQUESTS / 2);
    expect(answers.map((answer) => undescribed(gateway.app, answer)).filter((one) => one !== undefined)).toEqual([]);
    // It passed authentication and validation.
    for (const status of [200, 201, 400, 401, 403, 404, 405, 409, 415, 422])
      expect(statuses.get(status), String(status)).toBeGreaterThan(0);
    expect(log.filter((line) => SENT_SECRETS.some((one) => line.includes(one)) || STACK.test(line))).toEqual([]);
    expect(log.filter((line) => /"level":"(warn|error|fatal)"/.test(line))).toEqual([]);
    expect(log.length).toBeGreaterThan(REQUESTS / 2);
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
    await isWell(gateway);
  },
);

test('requests that never end delay no other, and end with their clients', async () => {
  const { gateway, port } = await openFuzzed();
  const [followed] = await pool.enqueue('followed');
  const authorized = `Host: localhost\r\nAuthorization: Bearer ${OPERATOR_KEY}\r\n`;
  const create = `POST /api/v1/jobs/createTask HTTP/1.1\r\n${authorized}`;
  const beginnings = [
    '',
    'POST /api',
    create,
    `${create}Content-Length: 1000\r\n\r\n{"model":`,
    `${create}Transfer-Encoding: chunked\r\n\r\n5\r\n{"mod`,
    `POST /v1/generations HTTP/1.1\r\n${authorized}Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n\r\n--x\r\nContent-Disposition: form-data; name="request"\r\n\r\n{`,
    `GET /v1/generations/${followed}/events HTTP/1.1\r\n${authorized}\r\n`,
  ];
  const sockets = await Promise.all(
    Array.from({ length: 70 }, (_, i) => begin(port, beginnings[i % beginnings.length] ?? '')),
  );
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  await until(
    () => openStreams(gateway),
    (streams) => streams === sockets.length / beginnings.length,
  );
  await isWell(gateway);
  const open = await connections(gateway);
  expect(open).toBeGreaterThanOrEqual(sockets.length);
  for (const socket of sockets) socket.destroy();
  await until(
    () => connections(gateway),
    (count) => count <= open - sockets.length,
  );
  await until(
    () => openStreams(gateway),
    (streams) => streams === 0,
  );
  await isWell(gateway);
});

test.each([
  ['a body above its limit', 413, `POST /api/v1/jobs/createTask HTTP/1.1`, 'x'.repeat(1_048_577)],
  [
    'a batch that says to be above its limit',
    413,
    'POST /v1/generations/batch HTTP/1.1\r\nContent-Type: application/json',
    undefined,
  ],
  ['headers above their limit', 431, `GET /v1/status HTTP/1.1\r\nx-long: ${'x'.repeat(20_000)}`, ''],
  ['an address above its limit', 431, `GET /v1/generations/${'x'.repeat(20_000)} HTTP/1.1`, ''],
])('%s is refused with %i', async (_name, status, start, body) => {
  const { port } = await openFuzzed();
  const length = body?.length ?? 17 * 1024 * 1024;
  const head = `${start}\r\nHost: localhost\r\nAuthorization: Bearer ${OPERATOR_KEY}\r\nContent-Length: ${length}\r\n\r\n`;
  const answer = await exchange(port, { head, body: Buffer.from(body ?? ''), isCut: body === undefined });
  expect(answer.status).toBe(status);
  expect(answer.text).toMatch(/"(msg|message)":"[^"]+"/);
});

async function isWell(gateway: GatewayFixture): Promise<void> {
  expect((await gateway.ask('/readyz')).status).toBe(200);
  const answer = await gateway.ask('/api/v1/jobs/createTask', { body: testRequest('after all'), key: OPERATOR_KEY });
  expect(answer.status).toBe(200);
}

function begin(port: number, start: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.write(start, 'latin1', () => resolve(socket));
    });
    socket.once('error', reject);
  });
}

async function openStreams({ deps }: GatewayFixture): Promise<number | undefined> {
  return (await deps.metrics.eventStreams.get()).values[0]?.value;
}

function connections({ app }: GatewayFixture): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
