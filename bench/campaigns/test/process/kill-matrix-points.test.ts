import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ANYBODY } from '../../src/kill-matrix/arms.ts';
import { Fleet } from '../../src/kill-matrix/fleet.ts';
import { SCENARIOS } from '../../src/kill-matrix/scenarios.ts';
import { strike } from '../../src/kill-matrix/strike.ts';
import { Subject } from '../../src/kill-matrix/subject.ts';

const passed = new Map<string, Set<string>>();
let fleet: Fleet;

beforeAll(async () => {
  fleet = await Fleet.start({
    redisUrl: inject('redisUrl'),
    workers: 2,
    lockMs: 1000,
    callbacks: true,
    seed: 1,
    onTrace: ({ generation, point }) => passed.set(generation, (passed.get(generation) ?? new Set()).add(point)),
  });
}, 60_000);
afterAll(() => fleet.stop());

test('in the built bundles a point is named by what is sent and by the function that sends it', async () => {
  const subject = new Subject(fleet, 'names');
  await subject.enqueue();
  await subject.over();
  expect([...(passed.get(subject.id) ?? [])]).toEqual(
    expect.arrayContaining([
      // A transition of the ledger, in a worker and in the gateway.
      'admit@admit',
      'callback@take',
      // A script of BullMQ, by its queue.
      'submit.moveToFinished@applyJobEnd',
      // Requests: our own exchange, and those of libraries, in which the kind of the job is given instead of the function.
      'POST createTask@submit',
      'write createTask@submit',
      'GET recordInfo@poll',
      'POST webhook@deliver',
    ]),
  );
});

test.each([
  ['before', 0],
  ['after', 1],
] as const)(
  'killed %s the request is written: %i charges, and it is not sent again',
  async (phase, charges) => {
    const subject = new Subject(fleet, `written-${phase}`);
    subject.script({ on: 'callback', fault: { kind: 'lost' } });
    const over = subject.over();
    const death = strike(fleet, {
      generation: subject.id,
      point: 'write createTask@submit',
      phase,
      kind: 'kill',
      over,
    });
    await subject.enqueue();
    expect((await death).hit).toBe(true);
    const { deadLetter } = await subject.when(({ state }) => state === 'dead');
    expect(deadLetter?.class).toBe('payment_unknown');
    const { ledger } = fleet.pool.simulator;
    expect(ledger.tasks().filter(({ prompt }) => prompt === subject.prompt)).toHaveLength(charges);
    expect(ledger.submissions().filter(({ prompt }) => prompt === subject.prompt)).toHaveLength(charges);
  },
  60_000,
);

test('what a gateway asks once, at its first callback, is passed whenever its scenario is played', async () => {
  const scenario = SCENARIOS.find(({ name }) => name === 'first callback of a gateway');
  const subject = new Subject(fleet, 'first-callback');
  const over = (scenario?.play(subject) ?? Promise.resolve()).then(() => subject.over());
  const point = { generation: ANYBODY, point: 'hexists@onRequest', phase: 'after' } as const;
  expect((await strike(fleet, { ...point, kind: 'kill', over })).hit).toBe(true);
  await over;
  expect(await subject.now()).toMatchObject({ state: 'succeeded' });
}, 60_000);
