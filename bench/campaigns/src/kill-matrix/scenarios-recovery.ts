import { createHash } from 'node:crypto';
import type { GenerationRecord } from '@kieq/ledger';
import { checkRequest, ledgerFields, vehicleId } from '@kieq/queue';
import { TEST_KEY } from '@kieq/testkit';
import { PAY_AGAIN } from './scenarios-pay-again.ts';
import { scenario, type Scenario } from './scenario.ts';
import type { Subject } from './subject.ts';

const lostCallback = { on: 'callback', fault: { kind: 'lost' } } as const;

/** Workers that were struck before, and what the sweeper, claims and adoption make of it. */
const orphans: readonly Scenario[] = [
  scenario('orphan before its POST', ['succeeded'], async (subject) => {
    subject.strikeFirst('POST createTask@submit', 'before', 'kill');
    await subject.enqueue();
  }),
  scenario('orphan after its POST', ['succeeded'], async (subject) => {
    subject.strikeFirst('POST createTask@submit', 'after', 'freeze');
    await subject.enqueue();
  }),
  // Only the sweeper can find it.
  scenario('orphan without a job', ['succeeded'], async (subject) => {
    subject.strikeFirst('POST createTask@submit', 'before', 'kill');
    await subject.enqueue();
    const { vehicle } = await subject.when(({ state }) => state === 'submitting');
    await forget(subject, vehicle);
  }),
  // Frozen there by the plan instead of killed, it goes on and accepts.
  scenario('orphan whose callback is lost', ['succeeded'], async (subject) => {
    subject.script(lostCallback);
    subject.strikeFirst('accept@recordAccepted', 'before', 'kill');
    await subject.enqueue();
  }),
];

/** Enough for ends that bring the next job along. */
const BUSY = 12;

/** Each is frozen beyond its lock right before its end is recorded, which then fails: what it may have taken goes back. */
const late: readonly Scenario[] = [
  scenario('frozen while completing', ['succeeded'], async (subject) => {
    const others = Array.from({ length: BUSY }, (_, i) => subject.another(`completing-${i}`));
    const queues = ['submit', 'poll', 'notify'] as const;
    for (const [i, one] of [subject, ...others].slice(0, 2 * queues.length).entries())
      one.strikeIfPassed(`${queues[i % queues.length] ?? 'submit'}.moveToFinished@completeAndTake`, 'before', 'freeze');
    await Promise.all([subject, ...others].map((one) => one.enqueue()));
  }),
];

const vanished: readonly Scenario[] = [
  scenario('record without a job', ['succeeded'], async (subject) => {
    const options = { idempotencyKey: subject.key, callBackUrl: subject.callBackUrl() };
    const checked = checkRequest(subject.request(), options, () => '');
    if (!checked.ok) throw new Error('the request of the test is not valid');
    const fields = ledgerFields(checked.value);
    await subject.fleet.pool.ledger.create({ ...fields, vehicle: vehicleId(subject.id, 1), vehicleCheckMs: 300 });
  }),
  scenario('poll job vanishes', ['succeeded'], async (subject) => {
    subject.script(lostCallback, { on: 'task', fault: { kind: 'duration', ms: 2500 } });
    await subject.enqueue();
    await subject.when(({ state }) => state === 'generating');
    await remove(subject, 'poll', async () => (await subject.now())?.vehicle);
  }),
  scenario('look that is overdue', ['succeeded'], async (subject) => {
    subject.script(lostCallback, { on: 'recordInfo', fault: { kind: 'delayAnswer', ms: 1500 } });
    await subject.enqueue();
    await subject.when(({ state }) => state === 'generating');
    const { ledger, redis } = subject.fleet.pool;
    for (let tries = 0; tries < 20 && (await subject.now())?.state === 'generating'; tries += 1) {
      await subject.age({ nextPollAt: 1 });
      await redis.client.zadd(`${ledger.root}watch`, 1, subject.id);
      await subject.pause();
    }
  }),
  scenario('notify job vanishes', ['succeeded'], async (subject) => {
    await subject.enqueue({ reception: 'fails-thrice' });
    await subject.when(({ delivery }) => (delivery?.tries ?? 0) > 0);
    await remove(subject, 'notify', async () => (await subject.now())?.delivery?.vehicle);
  }),
  {
    ...scenario('claim job vanishes', ['succeeded'], async (subject) => {
      subject.script(
        { on: 'createTask', fault: { kind: 'cutAfter' } },
        { on: 'recordInfo', when: { times: 4 }, fault: { kind: 'notFound' } },
      );
      await subject.enqueue();
      const { claims } = await subject.when((record) => (record.claims ?? []).length > 0);
      const hash = createHash('sha256').update(claims?.[0]?.taskId ?? '');
      const job = `${subject.id}-claim-${hash.digest('hex').slice(0, 12)}`;
      await remove(subject, 'poll', () => Promise.resolve(job));
    }),
    needsCallbacks: true,
  },
];

/** Long enough to be declared lost in the meantime. */
const DENIED_MS = 7000;

/** A day passes for a task that Kie never finishes. */
async function ageTask(subject: Subject, record: GenerationRecord | undefined): Promise<void> {
  if (record?.state === 'generating' && record.polls > 0) await subject.age({ pollSince: 1 });
}

const givenUp: readonly Scenario[] = [
  scenario(
    'task stuck',
    ['dead:task_stuck'],
    async (subject) => {
      subject.script(lostCallback, { on: 'task', fault: { kind: 'stuck' } });
      await subject.enqueue();
      await subject.insist((record) => ageTask(subject, record));
    },
    async (subject) => ageTask(subject, await subject.now()),
  ),
  scenario('task lost', ['dead:task_lost'], async (subject) => {
    subject.script(lostCallback, { on: 'task', fault: { kind: 'unknownFor', ms: null } });
    await subject.enqueue();
    await denied(subject);
  }),
  {
    ...scenario('task lost and found', ['succeeded', 'dead:task_lost'], async (subject) => {
      // Found by its callback, which comes when Kie no longer denies it.
      subject.script(
        { on: 'task', fault: { kind: 'unknownFor', ms: DENIED_MS } },
        { on: 'callback', fault: { kind: 'late', ms: DENIED_MS } },
      );
      await subject.enqueue();
      // With callbacks the planned looks are too late for this.
      await denied(subject, () => callBack(subject, taskOf(subject)));
      await subject.when(({ state }) => state === 'succeeded');
    }),
    needsCallbacks: true,
  },
];

const gateways: readonly Scenario[] = [
  {
    // Whether the pool takes callbacks at all, a gateway asks once. This callback comes next to Kie's own.
    ...scenario('first callback of a gateway', ['succeeded'], async (subject) => {
      await subject.enqueue();
      await subject.posted();
      await subject.fleet.withFreshGateway((url) => callBack(subject, taskOf(subject), url));
    }),
    needsCallbacks: true,
  },
];

const adoption: readonly Scenario[] = [
  scenario('adopted by hand', ['succeeded'], async (subject) => {
    subject.script(lostCallback, { on: 'createTask', fault: { kind: 'cutAfter' } });
    await subject.enqueue();
    await subject.when(({ state, deadLetter }) => state === 'unknown' || deadLetter?.class === 'payment_unknown');
    await subject.ask(`/v1/generations/${subject.id}/adopt`, { taskId: taskOf(subject), confirm: true });
  }),
  {
    ...scenario('a stray task is claimed', [], async (subject) => {
      subject.script({ on: 'createTask', fault: { kind: 'cutBefore' } });
      await subject.enqueue();
      await subject.when(({ state }) => state === 'unknown');
      const taskId = await strayTask(subject);
      await callBack(subject, taskId);
      await subject.ask(`/v1/generations/${subject.id}/adopt`, { taskId, confirm: true });
    }),
    needsCallbacks: true,
  },
  scenario('a foreign task is adopted', ['succeeded'], async (subject) => {
    await subject.enqueue();
    await subject.when(({ state }) => state === 'generating' || state === 'succeeded');
    const foreign = subject.fleet.pool.simulator.ledger.tasks().find(({ prompt }) => prompt !== subject.prompt);
    if (foreign === undefined) return;
    await subject.ask(`/v1/generations/${subject.id}/adopt`, { taskId: foreign.taskId, confirm: true });
  }),
];

/** As if Redis had lost this one job, also out of the hands of whoever works on it. */
async function forget({ fleet }: Subject, job: string): Promise<void> {
  const { client, prefix } = fleet.pool.redis;
  const of = (name: string): string => `${prefix}:submit:${name}`;
  await client
    .multi()
    .lrem(of('active'), 0, job)
    .srem(of('stalled'), job)
    .del(of(job), of(`${job}:lock`))
    .exec();
}

/** Lets its denials span the time after which a task counts as lost. */
async function denied(subject: Subject, poll?: () => Promise<unknown>): Promise<void> {
  await subject.insist(async ({ state, misses }) => {
    if (state !== 'generating') return;
    const longAgo = Date.now() - 3_600_000;
    if (misses > 0) await subject.age({ firstMissAt: longAgo, acceptedAt: longAgo });
    await poll?.();
  });
}

/**
 * A callback to the generation's own address, which says that this task has ended.
 * @param gateway the gateway that gets it. Default: the one of the address
 */
async function callBack(subject: Subject, taskId: string, gateway?: string): Promise<void> {
  const { ledger } = subject.fleet.pool.simulator;
  const own = ledger.submissions().find(({ prompt }) => prompt === subject.prompt)?.callBackUrl ?? '';
  const address = gateway === undefined ? own : own.replace(subject.fleet.gatewayUrl, gateway);
  await subject.post(address, { code: 200, msg: 'success', data: { taskId, state: 'success' } });
}

/** Its first task at Kie; empty where it has none. */
function taskOf({ fleet, prompt }: Subject): string {
  return fleet.pool.simulator.ledger.tasks().find((task) => task.prompt === prompt)?.taskId ?? '';
}

/** A task that somebody else made on the same account. */
async function strayTask(subject: Subject): Promise<string> {
  const { url, ledger } = subject.fleet.pool.simulator;
  const prompt = `stray ${subject.key}`;
  const { model, input } = subject.request({ prompt });
  await subject.post(`${url}/api/v1/jobs/createTask`, { model, input }, { authorization: `Bearer ${TEST_KEY}` });
  return ledger.tasks().find((task) => task.prompt === prompt)?.taskId ?? '';
}

/** Removes a job as a person may; one that is being worked on cannot be removed, so it is tried again. */
async function remove(
  subject: Subject,
  queue: 'poll' | 'notify',
  name: () => Promise<string | undefined>,
): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const job = await name();
    const removed = await subject.fleet.pool.queues[queue].remove(job ?? '').catch(() => 0);
    if (removed > 0) return;
    await subject.pause();
  }
}

export const RECOVERY: readonly Scenario[] = [
  ...orphans,
  ...late,
  ...vanished,
  ...givenUp,
  ...gateways,
  ...adoption,
  ...PAY_AGAIN,
];
