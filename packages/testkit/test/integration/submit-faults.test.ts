import type { DeadLetterClass, GateReason, GenerationState } from '@kieq/domain';
import type { FaultRule } from '@kieq/simulator';
import { describe, inject, test } from 'vitest';
import { startPool, type PoolFixture } from '../../src/index.ts';

/** One row of the error policy of createTask, as it ends for one generation whose submission meets a fault. */
interface Row {
  readonly what: string;
  readonly fault: Extract<FaultRule, { on: 'createTask' }>['fault'];
  /** How often the fault strikes. Default once. */
  readonly times?: number;
  readonly state: GenerationState;
  /** POSTs that reach Kie. */
  readonly posts: number;
  readonly charges: number;
  /** The gate that closed on the way. */
  readonly gate?: GateReason;
  readonly deadLetter?: DeadLetterClass;
}

const once = { state: 'succeeded', posts: 2, charges: 1 } as const;
const lost = { state: 'dead', posts: 1, deadLetter: 'payment_unknown' } as const;
const validation = { kind: 'code', code: 500, msg: 'duration is not within the range of allowed options' } as const;

const ROWS: readonly Row[] = [
  { what: 'HTTP 429', fault: { kind: 'status429' }, ...once, gate: 'rate-limit' },
  { what: 'envelope 429', fault: { kind: 'envelope429' }, ...once, gate: 'rate-limit' },
  { what: 'HTTP 402', fault: { kind: 'status402' }, ...once, gate: 'credits' },
  { what: 'envelope 402', fault: { kind: 'envelope402' }, ...once, gate: 'credits' },
  { what: '401', fault: { kind: 'code', code: 401 }, ...once, gate: 'bad-key' },
  { what: 'HTML 403', fault: { kind: 'html', status: 403 }, ...once, gate: 'bad-key' },
  { what: '433', fault: { kind: 'code', code: 433 }, ...once, gate: 'key-cap' },
  { what: '455', fault: { kind: 'code', code: 455 }, ...once, gate: 'maintenance' },
  {
    what: '505',
    fault: { kind: 'code', code: 505 },
    state: 'dead',
    posts: 1,
    charges: 0,
    deadLetter: 'model_unavailable',
  },
  { what: '500 envelope, once', fault: { kind: 'code', code: 500, msg: 'Server exception' }, ...once },
  { what: '501 envelope, once', fault: { kind: 'code', code: 501, msg: 'Server exception' }, ...once },
  {
    what: '500 envelope, every time',
    fault: { kind: 'code', code: 500, msg: 'Server exception' },
    times: 9,
    state: 'dead',
    posts: 6,
    charges: 0,
    deadLetter: 'refused_repeatedly',
  },
  { what: '500 in validation wording, once', fault: validation, ...once },
  {
    what: '500 in validation wording, every time',
    fault: validation,
    times: 9,
    state: 'dead',
    posts: 2,
    charges: 0,
    deadLetter: 'invalid_request',
  },
  ...[400, 404, 422, 451].map((code): Row => ({
    what: `${code}`,
    fault: { kind: 'code', code },
    times: 9,
    state: 'dead',
    posts: 2,
    charges: 0,
    deadLetter: 'invalid_request',
  })),
  { what: '408', fault: { kind: 'code', code: 408 }, ...lost, charges: 0 },
  { what: 'an unknown code', fault: { kind: 'code', code: 999 }, ...lost, charges: 0 },
  { what: 'HTML 502, nothing created', fault: { kind: 'html', status: 502 }, ...lost, charges: 0 },
  { what: 'HTML 502, created all the same', fault: { kind: 'html', status: 502, created: true }, ...lost, charges: 1 },
  { what: 'redirect 307', fault: { kind: 'redirect', status: 307, location: '/elsewhere' }, ...lost, charges: 0 },
  { what: 'connection cut before creation', fault: { kind: 'cutBefore' }, ...lost, charges: 0 },
  { what: 'connection cut after creation', fault: { kind: 'cutAfter' }, ...lost, charges: 1 },
  { what: 'timeout before creation', fault: { kind: 'hangBefore' }, ...lost, charges: 0 },
  { what: 'timeout after creation', fault: { kind: 'hangAfter' }, ...lost, charges: 1 },
  { what: 'body cut in the middle', fault: { kind: 'cutBody' }, ...lost, charges: 1 },
  { what: 'invalid JSON', fault: { kind: 'invalidJson' }, ...lost, charges: 1 },
  { what: 'a huge body', fault: { kind: 'hugeBody' }, ...lost, charges: 1 },
  { what: '200 without taskId, created', fault: { kind: 'noTaskId', created: true }, ...lost, charges: 1 },
  { what: '200 without taskId, nothing created', fault: { kind: 'noTaskId' }, ...lost, charges: 0 },
  {
    what: 'an error code with a taskId',
    fault: { kind: 'errorWithTaskId', code: 500 },
    state: 'succeeded',
    posts: 1,
    charges: 1,
  },
];

describe.concurrent('one fault on createTask, the whole path', () => {
  // @guarantee G1
  test.for(ROWS)('$what: $state', async (row, { expect }) => {
    // Only a response that never comes has to be late.
    const settings = row.fault.kind.startsWith('hang') ? { submitTimeoutMs: 500 } : {};
    const pool = await startPool({
      redisUrl: inject('redisUrl'),
      name: 'fault',
      settings: { unknownWindowMs: 300, ...settings },
    });
    try {
      pool.simulator.script([{ on: 'createTask', when: { times: row.times ?? 1 }, fault: row.fault }]);
      const [id = ''] = await pool.enqueue('the paid one');
      const record = await pool.recordWhen(id, ({ state }) => state === row.state);
      expect(record.deadLetter?.class).toBe(row.deadLetter);
      expect(record.attempts).toHaveLength(row.posts);
      expect(pool.simulator.ledger.submissions()).toHaveLength(row.posts);
      expect(pool.simulator.ledger.tasks()).toHaveLength(row.charges);
      expect(await closedGates(pool)).toEqual(row.gate === undefined ? [] : [row.gate]);
      expect(await pool.ledger.gates.closed()).toEqual([]);
    } finally {
      await pool.stop();
    }
  });
});

test('connection refused: nothing was sent, and the generation is submitted once Kie is there', async ({ expect }) => {
  const pool = await startPool({
    redisUrl: inject('redisUrl'),
    name: 'refused',
    // Slow enough that fewer than five refusals come in a row: another test covers the gate.
    timings: { retryBaseMs: 300, retryCapMs: 300 },
  });
  try {
    await pool.simulator.stop();
    const [id = ''] = await pool.enqueue('the paid one');
    await pool.recordWhen(id, ({ attempts }) => attempts.length === 2);
    await pool.simulator.start();
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const refusals = record.attempts.slice(0, -1);
    for (const { outcome, evidence } of refusals) {
      expect({ outcome, transport: evidence?.transport }).toEqual({ outcome: 'refused', transport: 'ECONNREFUSED' });
    }
    expect(record.attempts.at(-1)?.outcome).toBe('accepted');
    expect(record.deadLetter).toBeUndefined();
    expect(await closedGates(pool)).toEqual([]);
    expect(pool.simulator.ledger.submissions()).toHaveLength(1);
    expect(pool.simulator.ledger.chargesByPrompt()).toEqual(new Map([['the paid one', 1]]));
  } finally {
    await pool.stop();
  }
});

/** Which gates closed at all, by the ledger's counters. */
async function closedGates(pool: PoolFixture): Promise<string[]> {
  const stats = await pool.ledger.read.stats();
  return Object.keys(stats)
    .filter((name) => name.startsWith('gate:'))
    .map((name) => name.slice('gate:'.length));
}
