import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { charges, claimsDone, openCallbackPool, type CallbackPool } from '../callback-pool.ts';
import { hostileCallbacks, type HostileCallback } from '../fuzz/callbacks.ts';

/** The same callbacks in every run; change it to test others. */
const SEED = 20_265;
const CALLBACKS = 200;
const AT_ONCE = 20;
const KEY = 'webhook-key-of-the-fuzz';
const PROMPTS = ['one', 'two', 'three'];
const PATIENCE_MS = 60_000;

/** Sends them all, some twice, and gives the statuses of the answers with one that had each. */
async function sendAll(flow: CallbackPool, all: readonly HostileCallback[]): Promise<Map<number, HostileCallback>> {
  const seen = new Map<number, HostileCallback>();
  const twice = [...all, ...all.slice(0, CALLBACKS / 4)];
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let one = twice[next++]; one !== undefined; one = twice[next++])
      seen.set((await flow.post(one, one.body, one.headers)).status, one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  return seen;
}

function shown({ path, headers, body }: HostileCallback): string {
  return JSON.stringify({ path, headers, body: body.toString('latin1').slice(0, 300) }).slice(0, 600);
}

// @guarantee G6
test.each([
  { what: 'without a key', keyed: false, statuses: [200, 400, 404, 413, 415] },
  { what: 'with a key', keyed: true, statuses: [400, 401, 404, 413, 415] },
])(
  'hostile callbacks $what: no 5xx, no verdict, and Kie ends every generation all the same',
  { timeout: 180_000 },
  async ({ keyed, statuses }) => {
    const simulator = { generation: { kind: 'fixed', ms: 600_000 }, ...(keyed ? { webhookKey: KEY } : {}) } as const;
    const flow = await openCallbackPool('cb-fuzz', { simulator }, keyed ? { kieWebhookHmacKey: KEY } : {});
    const { pool } = flow;
    const targets = await Promise.all(PROMPTS.map((prompt) => flow.submit(prompt)));
    for (const { id } of targets) await pool.recordWhen(id, ({ state }) => state === 'generating', PATIENCE_MS);
    const all = fc.sample(hostileCallbacks(targets), { numRuns: CALLBACKS, seed: SEED });
    const seen = await sendAll(flow, all);
    const answered = [...seen].map(([status, one]) => `seed ${SEED}: ${status} for ${shown(one)}`);
    expect(
      [...seen.keys()].toSorted((a, b) => a - b),
      answered.join('\n'),
    ).toEqual(statuses);
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
    await claimsDone(flow);
    for (const { id, taskId } of targets) {
      const record = await pool.ledger.read.generation(id);
      expect(record).toMatchObject({ state: 'generating', taskId, attempts: [{ outcome: 'accepted' }] });
      expect(record?.verdict).toBeUndefined();
      // Forged signatures do not even cause a poll.
      if (keyed) expect(record).toMatchObject({ callbacksSeen: 0, polls: 0 });
    }
    pool.simulator.finish();
    for (const { id } of targets) await pool.recordWhen(id, ({ state }) => state === 'succeeded', PATIENCE_MS);
    expect(charges(flow)).toEqual(Object.fromEntries(PROMPTS.map((prompt) => [prompt, 1])));
  },
);
