import { traceIds } from '@kieq/telemetry';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { startProcessPool, startReceiver, TEST_KEY, testRequest, until, type ProcessPool } from '../../src/index.ts';
import { startCollector, type Collector } from '../support/collector.ts';

const CALLERS_TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLERS_SPAN = 'b7ad6b7169203331';
const COLLECTOR_KEY = 'collector-key-0123456789';
const PROMPT = 'a confidential prompt';

let collector: Collector;
let pool: ProcessPool;
beforeEach(async () => {
  collector = await startCollector();
  pool = await startProcessPool({
    redisUrl: inject('redisUrl'),
    name: 'tracing',
    env: {
      KIEQ_TIME_SCALE: '0.05',
      KIEQ_ALLOW_PRIVATE_URLS: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${COLLECTOR_KEY}`,
    },
  });
});
afterEach(async () => {
  await pool.stop();
  await collector.close();
});

/** Its spans, once all processes have ended and sent what they had. */
function spansOf(id: string) {
  const isOf = ({ attributes }: Collector['spans'][number]): boolean =>
    attributes.some(({ key, value }) => key === 'kieq.generation' && value.stringValue === id);
  return collector.spans.filter(isOf);
}

test("a generation is one trace from the caller's request to its delivery, across processes and without a secret", async () => {
  const receiver = await startReceiver();
  const [gateway, ...workers] = await Promise.all([pool.startGateway(), pool.startWorker(), pool.startWorker()]);
  const created = await fetch(`${gateway.url}/v1/generations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${CALLERS_TRACE}-${CALLERS_SPAN}-01` },
    body: JSON.stringify({ ...testRequest(PROMPT), callBackUrl: `${receiver.url}/hook?token=of-the-caller` }),
  });
  const { id } = z.looseObject({ id: z.string() }).parse(await created.json());
  // Enqueued by a process that knows nothing of traces.
  const [other = ''] = await pool.enqueue(['untraced']);
  await until(
    () => Promise.resolve(pool.simulator.ledger.tasks().length),
    (tasks) => tasks === 2,
  );
  pool.simulator.finish();
  await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
  await pool.recordWhen(other, ({ state }) => state === 'succeeded');
  for (const one of [gateway, ...workers]) one.signal('SIGTERM');
  await Promise.all([gateway, ...workers].map(({ ended }) => ended));
  await receiver.stop();

  const spans = spansOf(id);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([CALLERS_TRACE]));
  const names = new Set(spans.map(({ name }) => name));
  const steps = [
    'kieq.enqueue',
    'kieq.admit',
    'kieq.submit',
    'kieq.poll',
    'kieq.settle',
    'kieq.notify',
    'kieq.generation',
  ];
  expect([...names]).toEqual(expect.arrayContaining(steps));
  expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['kieq-gateway', 'kieq-worker']));
  const [whole, ...more] = spans.filter(({ name }) => name === 'kieq.generation');
  expect(more).toEqual([]);
  expect(whole).toMatchObject({ parentSpanId: CALLERS_SPAN, spanId: traceIds(id, undefined, 1).wholeId });
  for (const one of spans.filter((it) => it !== whole)) expect(one.parentSpanId).toBe(whole?.spanId);

  expect(new Set(spansOf(other).map(({ traceId }) => traceId))).toEqual(
    new Set([traceIds(other, undefined, 1).traceId]),
  );

  const raw = collector.raw();
  expect(raw).toContain(COLLECTOR_KEY);
  for (const secret of [TEST_KEY, PROMPT, 'of-the-caller', 'untraced', '/callbacks/kie/'])
    expect(raw).not.toContain(secret);
  expect(workers.map((worker) => worker.output()).join('')).not.toContain(COLLECTOR_KEY);
});

test('a collector that is away holds up nothing', async () => {
  await collector.close();
  const worker = await pool.startWorker();
  const [id = ''] = await pool.enqueue(['nobody listens']);
  await until(
    () => Promise.resolve(pool.simulator.ledger.tasks().length),
    (tasks) => tasks === 1,
  );
  pool.simulator.finish();
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  worker.signal('SIGTERM');
  expect(await worker.ended).toBe(0);
});
