import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { FaultRule } from '@kieq/simulator';
import { tinyVideo } from '../../../../packages/simulator/src/video/tiny.ts';
import { until } from '@kieq/testkit';
import { Fleet } from '../../src/kill-matrix/fleet.ts';
import { strike } from '../../src/kill-matrix/strike.ts';
import { Subject } from '../../src/kill-matrix/subject.ts';
import { nameOf } from '../../../../packages/testkit/test/integration/archive.ts';
import { folderOfTest } from '../../../../packages/storage/test/support/temporary-folder.ts';

/** What the link of the result answers, so that its generation comes by the point. */
const GOOD: FaultRule[] = [];
/** For a few tries, since a death of the same worker at another step may take one of them. */
const BROKEN: FaultRule[] = [{ on: 'result', when: { skip: 0, times: 3 }, fault: { kind: 'html', status: 502 } }];
/** And the temporary link as well. */
const DEAD: FaultRule[] = [{ on: 'result', when: { skip: 0, times: 6 }, fault: { kind: 'html', status: 404 } }];

type Step = readonly [point: string, link: FaultRule[]];
/** Passed by the worker that polls: a kill there also ends what the same worker saves. */
const POLLED: readonly Step[] = [['archive.addPrioritizedJob', GOOD]];
/** Passed by the worker that saves; one at a time, so that each kill ends only its own generation. */
const SAVED: readonly Step[] = [
  ['hgetall@takeArchiveJob', GOOD],
  ['GET results@saveOne', GOOD],
  ['archive.open@saveOne', GOOD],
  ['archive.rename@saveOne', GOOD],
  ['archived@finish', GOOD],
  ['archive.moveToFinished@completeAndTake', GOOD],
  ['unsaved@putOff', BROKEN],
  ['archive.moveToDelayed@applyJobEnd', BROKEN],
  ['POST download-url@archive', DEAD],
  ['GET recordInfo@archive', DEAD],
];
/** Each death costs the start of a worker. */
const END_MS = 90_000;
const PHASES = ['before', 'after'] as const;

interface Play {
  readonly subject: Subject;
  readonly step: Step;
  readonly phase: (typeof PHASES)[number];
}

function playsOf(fleet: Fleet, steps: readonly Step[]): Play[] {
  return steps.flatMap((step) =>
    PHASES.map((phase) => {
      const subject = new Subject(fleet, `${step[0]}-${phase}`);
      subject.script(...step[1]);
      return { subject, step, phase };
    }),
  );
}

/** The worker that passes the point for this generation is killed there. */
async function deathIn(fleet: Fleet, { subject, step: [point], phase }: Play): Promise<boolean> {
  const { id: generation } = subject;
  return (await strike(fleet, { generation, point, phase, kind: 'kill', over: subject.over(END_MS) })).hit;
}

// @guarantee G3
test('killed at each step of saving: every result is whole in the archive, once, and was charged once', async () => {
  const folder = await folderOfTest();
  const env = { ARCHIVE_URL: pathToFileURL(folder).href, ARCHIVE_CONCURRENCY: '1' };
  const options = { redisUrl: inject('redisUrl'), workers: 3, lockMs: 1000, callbacks: false, seed: 1, env };
  const fleet = await Fleet.start(options);
  onTestFinished(() => fleet.stop());

  const polled = playsOf(fleet, POLLED);
  // One by one: the killed worker must not have a request of another generation under way, which would need an operator.
  for (const play of polled) {
    const death = deathIn(fleet, play);
    await play.subject.enqueue();
    expect(await death, play.subject.key).toBe(true);
    await play.subject.when(({ state }) => state === 'succeeded');
  }

  const { archive } = fleet.pool.queues;
  await archive.pause();
  const saved = playsOf(fleet, SAVED);
  await Promise.all(saved.map(({ subject }) => subject.enqueue()));
  await Promise.all(saved.map(({ subject }) => subject.when(({ state }) => state === 'archiving')));
  const deaths = saved.map((play) => deathIn(fleet, play));
  await archive.resume();
  const died = await Promise.all(deaths);
  expect(saved.filter((_, i) => died[i] !== true).map(({ subject }) => subject.key)).toEqual([]);

  const played = [...polled, ...saved];
  for (const { subject } of played) {
    const { archiving } = await subject.when(({ state }) => state === 'succeeded');
    expect(archiving, subject.key).toMatchObject({ state: 'done', files: [{ name: nameOf(subject.id) }] });
    expect(await readFile(join(folder, nameOf(subject.id)))).toEqual(tinyVideo);
  }
  const prompts = fleet.pool.simulator.ledger.tasks().map(({ prompt }) => prompt);
  expect(prompts.toSorted()).toEqual(played.map(({ subject }) => subject.prompt).toSorted());
  const names = await readdir(folder, { recursive: true });
  expect(names.filter((name) => name.endsWith('.mp4'))).toHaveLength(played.length);
  // What the dead left behind would begin with `~`.
  expect(names.filter((name) => name.startsWith('~'))).toEqual([]);
  await until(
    () => archive.getJobCounts('active', 'prioritized', 'wait', 'delayed'),
    (counts) => Object.values(counts).every((count) => count === 0),
  );
}, 120_000);
