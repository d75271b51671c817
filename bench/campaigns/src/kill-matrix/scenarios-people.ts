import { jobGenerationId } from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import { PAYLOAD_VERSION } from '@kieq/queue';
import { scenario, type Scenario } from './scenario.ts';
import type { Subject } from './subject.ts';

/** What receivers answer, and what other clients, operators and images do. */
const told: readonly Scenario[] = [
  scenario('receiver fails first', ['succeeded'], (subject) => subject.enqueue({ reception: 'fails-first' })),
  scenario('receiver cuts first', ['succeeded'], (subject) => subject.enqueue({ reception: 'cuts-first' })),
  scenario(
    'receiver is down',
    ['succeeded'],
    async (subject) => {
      await subject.enqueue({ reception: 'down' });
      await subject.insist((record) => giveUp(subject, record));
      await retryFailed(subject, 'notify');
    },
    async (subject) => giveUp(subject, await subject.now()),
  ),
];

/** The day for which a delivery is tried is over once it has been tried at all. */
async function giveUp(subject: Subject, record: GenerationRecord | undefined): Promise<void> {
  const { state, tries = 0 } = record?.delivery ?? {};
  if (state === 'pending' && tries > 0) await subject.age({ noticeSince: 1 });
}

/** The client tries each upload three times by itself; uploads of others may meet some of these as well. */
const UPLOAD_TRIES = 12;

/** Kie does not know whose image it is given: what is scripted for one upload may strike another one. */
const uploads: readonly Scenario[] = [
  scenario('upload', ['succeeded', 'dead:invalid_request'], async (subject) => {
    await subject.enqueue({ images: [await subject.upload()] });
  }),
  scenario('upload in trouble', ['succeeded', 'dead:invalid_request'], async (subject) => {
    subject.fleet.pool.simulator.script([{ on: 'upload', when: { times: UPLOAD_TRIES }, fault: { kind: 'html' } }]);
    await subject.enqueue({ images: [await subject.upload()] });
  }),
  scenario('upload refused', ['succeeded', 'dead:invalid_request'], async (subject) => {
    subject.fleet.pool.simulator.script([{ on: 'upload', fault: { kind: 'code', code: 422 } }]);
    await subject.enqueue({ images: [await subject.upload()] });
  }),
  scenario('upload gone', ['dead:upload_missing'], async (subject) => {
    await subject.enqueue({ images: [await subject.upload(false)] });
  }),
];

/** Enough to use up the budget of queries for a moment. */
const BURST = 60;

const otherClients: readonly Scenario[] = [
  scenario('burst', ['succeeded'], async (subject) => {
    const others = Array.from({ length: BURST }, (_, i) => subject.another(`burst-${i}`));
    await Promise.all([subject, ...others].map((one) => one.enqueue()));
  }),
  scenario('workers leave with work in hand', ['succeeded'], (subject) => leaveAtWork(subject)),
  scenario('through the gateway', ['succeeded'], (subject) => askForTask(subject)),
  scenario('deadline', ['dead:deadline_exceeded', 'succeeded'], (subject) => subject.enqueue({ deadlineMs: 1 })),
  scenario('raw job', ['succeeded', 'dead:record_missing'], async (subject) => {
    await subject.fleet.pool.queues.submit.add('raw', subject.rawJob(), { jobId: `${subject.id}-raw`, priority: 100 });
  }),
  scenario('raw job, started before', ['succeeded', 'dead:record_missing'], async (subject) => {
    subject.strikeFirst('create@createOnTake', 'before', 'freeze');
    await subject.fleet.pool.queues.submit.add('raw', subject.rawJob(), { jobId: `${subject.id}-raw`, priority: 100 });
  }),
  scenario('raw job with a used key', ['succeeded'], async (subject) => {
    await subject.enqueue();
    const other = subject.rawJob(`${subject.prompt} otherwise`);
    await subject.fleet.pool.queues.submit.add('raw', other, { jobId: `${subject.id}-other`, priority: 100 });
  }),
  scenario('unreadable job', ['dead:invalid_request'], async (subject) => {
    const { submit } = subject.fleet.pool.queues;
    const job = await submit.add('raw', { v: 1, nonsense: true }, { jobId: `${subject.id}-raw`, priority: 100 });
    subject.record = jobGenerationId('unreadable', job.id ?? '', job.timestamp);
  }),
  scenario('unreadable poll and notify jobs', ['none'], async (subject) => {
    const { poll, notify } = subject.fleet.pool.queues;
    await poll.add('raw', { nonsense: true }, { jobId: `${subject.id}-raw` });
    await notify.add('raw', { nonsense: true }, { jobId: `${subject.id}-raw` });
  }),
];

const operators: readonly Scenario[] = [
  scenario('redriven', ['succeeded', 'dead:invalid_request'], async (subject) => {
    // The first one is given a second chance.
    subject.script({ on: 'createTask', when: { times: 2 }, fault: { kind: 'code', code: 422 } });
    await subject.enqueue();
    await subject.when(({ deadLetter }) => deadLetter?.class === 'invalid_request');
    await subject.ask(`/v1/dead-letters/${subject.id}/redrive`, {});
  }),
  scenario('retried in a dashboard', ['dead:invalid_request'], async (subject) => {
    subject.script({ on: 'createTask', when: { times: 'always' }, fault: { kind: 'code', code: 422 } });
    await subject.enqueue();
    await subject.when(({ deadLetter }) => deadLetter?.class === 'invalid_request');
    await retryFailed(subject, 'submit');
  }),
  scenario('purged', ['succeeded', 'dead:invalid_request'], async (subject) => {
    await subject.enqueue({ images: [await subject.upload()] });
    await subject.when(({ state, delivery }) => state === 'succeeded' && delivery?.state === 'delivered');
    const { ledger, redis } = subject.fleet.pool;
    await redis.client.zadd(`${ledger.root}watch`, 1, subject.id);
    await subject.when(({ purgedAt }) => purgedAt !== undefined);
  }),
];

/** So many for each worker, whose answers come late: it ends only then. */
const SLOW = 2;
const SLOW_MS = 900;
const OLD = 4;
/** So many come meanwhile; the worker that ends is handed some of them, and gives them back unseen. */
const LATE = 15;

async function leaveAtWork(subject: Subject): Promise<void> {
  const { fleet } = subject;
  const slow = Array.from({ length: SLOW * fleet.options.workers }, (_, i) => subject.another(`slow-${i}`));
  for (const one of slow) one.script({ on: 'createTask', fault: { kind: 'delayAnswer', ms: SLOW_MS } });
  await Promise.all(slow.map((one) => one.enqueue()));
  await Promise.all(slow.map((one) => one.posted()));
  const left = fleet.retire(() => superseded(subject));
  for (const late of [subject, ...Array.from({ length: LATE }, (_, n) => subject.another(`late-${n}`))]) {
    await late.enqueue();
    await subject.pause();
  }
  await left;
}

/** Jobs of a delivery and of a poll that another job carries by now: enough that each worker which waits for one is given some. */
async function superseded({ id, fleet }: Subject): Promise<void> {
  const count = OLD * fleet.options.workers;
  const job = { name: 'old', data: { v: PAYLOAD_VERSION, generation: id } };
  const jobs = Array.from({ length: count }, (_, i) => ({ ...job, opts: { jobId: `${id}-old${i}` } }));
  // One by one: each wakes the worker that has waited longest.
  for (const queue of [fleet.pool.queues.notify, fleet.pool.queues.poll])
    for (const { name, data, opts } of jobs) await queue.add(name, data, opts);
}

/** Tries of a client whose gateway is being started anew, on a machine that has other things to do. */
const PATIENCE = 1500;

/** Asks the gateway until it answers; the key makes it one generation. */
async function askForTask(subject: Subject): Promise<void> {
  const body = { ...subject.request(), callBackUrl: subject.callBackUrl() };
  for (let tries = 0; tries < PATIENCE; tries += 1) {
    if ((await subject.ask('/api/v1/jobs/createTask', body, { 'idempotency-key': subject.key })) === 200) return;
    await subject.pause();
  }
  throw new Error(`the gateway does not take ${subject.key}`);
}

/** As the dashboard's button does. */
async function retryFailed(subject: Subject, queue: 'submit' | 'notify'): Promise<void> {
  const record = await subject.fleet.pool.ledger.read.generation(subject.id);
  const name = queue === 'submit' ? record?.vehicle : record?.delivery?.vehicle;
  const job = await subject.fleet.pool.queues[queue].getJob(name ?? '');
  // A strike may have let it end otherwise.
  await job?.retry().catch(() => undefined);
}

export const PEOPLE: readonly Scenario[] = [...told, ...uploads, ...otherClients, ...operators];
