import { openQueues } from '@kieq/queue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  deadInQueue,
  failed,
  failedUnheard,
  paymentUnknown,
  queued,
  recordMissing,
  taskStuck,
  unheard,
} from '../generations.ts';
import { testPool, type TestPool } from '../support.ts';

let pool: TestPool;
beforeEach(async () => {
  pool = await testPool('cli-redrive');
});
afterEach(() => pool.cleanup());

const stateOf = async (id: string): Promise<string | undefined> => (await pool.ledger.read.generation(id))?.state;

async function vehiclesOf(queue: 'submit' | 'poll' | 'notify'): Promise<(string | undefined)[]> {
  const queues = openQueues(pool.redis.client, pool.redis.prefix);
  const jobs = await queues[queue].getJobs();
  await queues.close();
  return jobs.map(({ id }) => id);
}

describe('dlq redrive by id', () => {
  it('resumes at the step of the class, with a vehicle', async () => {
    const off = await deadInQueue(pool.ledger, 'model_unavailable');
    const { code, json } = await pool.run(['dlq', 'redrive', off, '--json']);
    const warning = expect.stringContaining('told that it failed');
    expect({ code, json }).toEqual({
      code: 0,
      json: { kind: 'resumed', id: off, class: 'model_unavailable', state: 'queued', warning },
    });
    expect(await vehiclesOf('submit')).toEqual([`${off}-2`]);

    const stuck = await taskStuck(pool.ledger, 'task-1');
    expect((await pool.run(['dlq', 'redrive', stuck])).stdout).toBe(`${stuck} resumes at generating (task_stuck)\n`);
    expect(await vehiclesOf('poll')).toEqual([(await pool.ledger.read.generation(stuck))?.vehicle]);

    const refused = await failed(pool.ledger, 'task-2');
    expect((await pool.run(['dlq', 'redrive', refused, '--json'])).json).toMatchObject({
      kind: 'resumed',
      state: 'queued',
    });
  });

  it('sends a callback again that no receiver accepted, and says so before', async () => {
    const id = await unheard(pool.ledger);
    expect((await pool.run(['show', id])).stdout).toMatch(/callback +given up \(failed tries: 1\): seen in a test/);
    expect((await pool.run(['dlq', 'ls', '--json'])).json).toMatchObject([
      { id, class: 'notify_failed', state: 'cancelled', resumesAt: 'notify' },
    ]);
    const command = `kieq dlq redrive ${id} --class notify_failed`;
    expect((await pool.run(['dlq', 'show', id])).stdout).toContain(command);
    expect((await pool.run(command.split(' ').slice(1))).stdout).toBe(`${id} resumes at notify (notify_failed)\n`);
    expect(await stateOf(id)).toBe('cancelled');
    expect(await vehiclesOf('notify')).toEqual([(await pool.ledger.read.generation(id))?.delivery?.vehicle]);
  });

  it('wants to know which one where the generation and its callback each have a letter', async () => {
    const id = await failedUnheard(pool.ledger, 'task-1');
    for (const more of [[], ['--dry-run'], ['--pay-again', '--yes']]) {
      const { code, stdout, stderr } = await pool.run(['dlq', 'redrive', id, ...more]);
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
      expect(stderr).toContain('generation_failed and notify_failed: choose one with --class');
    }
    expect(await pool.ledger.read.deadLetterCounts()).toMatchObject({ generation_failed: 1, notify_failed: 1 });
    // The commands that are told for each of them are taken as they are.
    const shown = (await pool.run(['dlq', 'show', id])).stdout;
    const told = (deadLetterClass: string): string[] => {
      const command = `kieq dlq redrive ${id} --class ${deadLetterClass}`;
      expect(shown).toContain(command);
      return command.split(' ').slice(1);
    };
    expect(await pool.run(told('notify_failed'))).toMatchObject({
      code: 0,
      stdout: `${id} resumes at notify (notify_failed)\n`,
    });
    expect([await stateOf(id), await vehiclesOf('submit')]).toEqual(['failed', []]);
    expect(await pool.run(told('generation_failed'))).toMatchObject({
      code: 0,
      stdout: `${id} resumes at queued (generation_failed)\n`,
    });
    expect(await stateOf(id)).toBe('queued');
  });

  it('resumes payment_unknown at unknown, where nothing is paid', async () => {
    const id = await paymentUnknown(pool.ledger);
    expect((await pool.run(['dlq', 'redrive', id])).code).toBe(0);
    expect(await stateOf(id)).toBe('unknown');
    expect(await vehiclesOf('submit')).toEqual([]);
  });

  it('changes nothing in a dry run', async () => {
    const id = await taskStuck(pool.ledger, 'task-1');
    const { code, json } = await pool.run(['dlq', 'redrive', id, '--dry-run', '--json']);
    expect({ code, json }).toEqual({
      code: 0,
      json: { kind: 'would_resume', id, class: 'task_stuck', state: 'generating' },
    });
    expect((await pool.run(['dlq', 'redrive', id, '--dry-run', '--pay-again'])).stdout).toContain(
      'would resume at queued',
    );
    expect((await pool.ledger.read.generation(id))?.deadLetter?.class).toBe('task_stuck');
    expect(await vehiclesOf('poll')).toEqual([]);
  });

  it('says first that its caller was told that it failed, and of a held one it does not', async () => {
    const told = /its caller was told that it failed, and may have created it again/;
    const off = await deadInQueue(pool.ledger, 'model_unavailable');
    expect((await pool.run(['dlq', 'redrive', off, '--dry-run'])).stdout).toMatch(told);
    const stuck = await taskStuck(pool.ledger, 'task-1');
    expect((await pool.run(['dlq', 'redrive', stuck, '--dry-run'])).stdout).not.toMatch(told);
    const missing = await recordMissing(pool.ledger);
    const asked = await pool.run(['dlq', 'redrive', missing, '--pay-again']);
    expect({ code: asked.code, state: await stateOf(missing) }).toEqual({ code: 4, state: 'dead' });
    expect(asked.stderr).toMatch(told);
    const all = await pool.run(['dlq', 'redrive', '--class', 'model_unavailable', '--dry-run']);
    expect(all.stdout).toMatch(told);
    const { stdout, stderr } = await pool.run(['dlq', 'redrive', off]);
    expect(stdout).toBe(`${off} resumes at queued (model_unavailable)\n`);
    expect(stderr).toMatch(told);
  });

  it('says that only pay-again can resume record_missing', async () => {
    const id = await recordMissing(pool.ledger);
    const { code, json, stderr } = await pool.run(['dlq', 'redrive', id, '--json']);
    expect(code).toBe(4);
    expect(json).toMatchObject({ kind: 'not_possible', id });
    expect(stderr).toContain('only be redriven with pay-again');
    expect((await pool.run(['dlq', 'redrive', id, '--pay-again', '--yes'])).code).toBe(0);
    expect(await stateOf(id)).toBe('queued');
  });

  it('refuses pay-again where it makes no sense, without asking', async () => {
    const id = await failed(pool.ledger, 'task-1');
    const { code, stderr } = await pool.run(['dlq', 'redrive', id, '--pay-again', '--yes']);
    expect(code).toBe(4);
    expect(stderr).toContain('pay-again makes no sense for generation_failed');
    expect(await stateOf(id)).toBe('failed');
  });

  // @guarantee G1
  it('pays again only after a yes', async () => {
    const id = await paymentUnknown(pool.ledger);
    const unasked = await pool.run(['dlq', 'redrive', id, '--pay-again']);
    expect(unasked.code).toBe(4);
    expect(unasked.stderr).toContain('confirm with --yes');
    expect((await pool.run(['dlq', 'redrive', id, '--pay-again'], { typed: 'no\n' })).code).toBe(4);
    expect((await pool.run(['dlq', 'redrive', id, '--pay-again'], { typed: '' })).code).toBe(4);
    expect(await stateOf(id)).toBe('dead');
    const asked = await pool.run(['dlq', 'redrive', id, '--pay-again'], { typed: 'yes\n' });
    expect(asked.code).toBe(0);
    expect(asked.stderr).toContain('may pay a second time');
    expect(await stateOf(id)).toBe('queued');
    expect(await pool.ledger.read.stats()).toMatchObject({ paid_again: 1 });
  });

  it('is too early for pay-again while an attempt may still be sent', async () => {
    const id = await paymentUnknown(pool.ledger, 60_000);
    const { code, stderr } = await pool.run(['dlq', 'redrive', id, '--pay-again', '--yes']);
    expect(code).toBe(4);
    expect(stderr).toMatch(/an older attempt may still be sent for \d+ s/);
    expect(await stateOf(id)).toBe('dead');
  });

  it('ends with 3 without generation or letter, also of that class, and with 2 without a target', async () => {
    expect((await pool.run(['dlq', 'redrive', 'gen_0000000000'])).code).toBe(3);
    expect((await pool.run(['dlq', 'redrive', await queued(pool.ledger)])).code).toBe(3);
    const stuck = await taskStuck(pool.ledger, 'task-1');
    expect((await pool.run(['dlq', 'redrive', stuck, '--class', 'notify_failed'])).code).toBe(3);
    expect((await pool.run(['dlq', 'redrive'])).code).toBe(2);
    expect((await pool.run(['dlq', 'redrive', '--class', 'no_such_class'])).code).toBe(2);
  });
});

describe('dlq redrive by class', () => {
  it('resumes all of the class, the oldest first, a line each and a summary', async () => {
    const ids = [];
    for (const n of [1, 2, 3]) ids.push(await taskStuck(pool.ledger, `task-${n}`));
    const other = await deadInQueue(pool.ledger, 'model_unavailable');
    const { code, lines } = await pool.run(['dlq', 'redrive', '--class', 'task_stuck', '--rate', '1000', '--json']);
    expect(code).toBe(0);
    expect(lines).toEqual([
      ...ids.map((id) => ({ kind: 'resumed', id, class: 'task_stuck', state: 'generating' })),
      { summary: { class: 'task_stuck', open: 3, resumed: 3, wouldResume: 0, notPossible: 0, interrupted: false } },
    ]);
    expect(await stateOf(other)).toBe('dead');
  });

  it('shows progress to a person, and changes nothing in a dry run', async () => {
    const first = await taskStuck(pool.ledger, 'task-1');
    await taskStuck(pool.ledger, 'task-2');
    const { code, stdout } = await pool.run(['dlq', 'redrive', '--class', 'task_stuck', '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toContain(`[1/2] ${first} would resume at generating`);
    expect(stdout).toContain('2 of 2 would resume; nothing was changed');
    expect((await pool.ledger.read.deadLetterCounts()).task_stuck).toBe(2);
  });

  it('stops between two on SIGINT', async () => {
    await taskStuck(pool.ledger, 'task-1');
    await taskStuck(pool.ledger, 'task-2');
    const { code, lines } = await pool.run(['dlq', 'redrive', '--class', 'task_stuck', '--rate', '1', '--json'], {
      interrupt: true,
    });
    expect(code).toBe(130);
    expect(lines).toMatchObject([{ kind: 'resumed' }, { summary: { resumed: 1, interrupted: true } }]);
    expect((await pool.ledger.read.deadLetterCounts()).task_stuck).toBe(1);
  });

  it('ends with 4 when some were not possible, and asks before it pays again', async () => {
    const late = await paymentUnknown(pool.ledger, 60_000);
    const ready = await paymentUnknown(pool.ledger);
    const argv = ['dlq', 'redrive', '--class', 'payment_unknown', '--pay-again', '--json'];
    expect((await pool.run(argv)).code).toBe(4);
    expect(await stateOf(ready)).toBe('dead');
    const { code, lines, stderr } = await pool.run([...argv, '--yes']);
    expect(code).toBe(4);
    expect(lines).toMatchObject([
      { kind: 'not_possible', id: late },
      { kind: 'resumed', id: ready },
      { summary: { resumed: 1, notPossible: 1 } },
    ]);
    expect(stderr).toContain('1 of 2 could not be redriven');
    expect(await stateOf(late)).toBe('dead');
  });

  it.each([
    [['--class', 'record_missing'], 'can only be redriven with --pay-again'],
    [['--class', 'model_unavailable', '--pay-again', '--yes'], 'omit --pay-again'],
  ])('refuses %j', async (argv, reason) => {
    const { code, stderr } = await pool.run(['dlq', 'redrive', ...argv]);
    expect(code).toBe(4);
    expect(stderr).toContain(reason);
  });

  it('has nothing to do where there is no letter', async () => {
    const { code, stdout } = await pool.run(['dlq', 'redrive', '--class', 'task_lost']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'no open dead letters of class task_lost\n' });
  });
});
