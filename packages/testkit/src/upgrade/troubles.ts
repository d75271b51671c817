import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DEAD_LETTER_CLASSES, GATE_REASONS, isKnown } from '@kieq/domain';
import { faultRulesSchema } from '@kieq/simulator/schemas';
import type { Member } from './crews.ts';
import { command } from './handover.ts';
import type { Place } from './place.ts';

/** The processes of the newer version that run while it opens the dead letter or closes the gate. */
interface Crew {
  readonly gateway: Member;
}

/**
 * A way to have the newer version open a dead letter. A new class needs a row here: the step back is proved with
 * every class that this version knows and the table has. Rows of a class that it does not know are left out.
 */
interface DeadLetterTrouble {
  readonly class: string;
  /** Makes one generation dead with this class. */
  make(place: Place, crew: Crew): Promise<string>;
  /** Removes the cause and resumes it, so that it succeeds and was paid for once. */
  mend(place: Place, id: string): Promise<void>;
}

/** The same for gates. */
export interface GateTrouble {
  readonly reason: string;
  make(place: Place, crew: Crew): Promise<void>;
  /** Removes the cause. */
  mend(place: Place): Promise<void>;
  /** Whether it opens without an operator, where the version that is asked knows it. */
  readonly opensItself: boolean;
}

/** Faults as JSON, for a simulator that may not know them: of those, nothing is made. */
function script({ pool }: Place, faults: unknown): void {
  pool.simulator.script(faultRulesSchema.parse(faults));
}

const byFault = (deadLetterClass: string, faults: (prompt: string) => unknown): DeadLetterTrouble => ({
  class: deadLetterClass,
  make(place, { gateway }) {
    const prompt = `dead by ${deadLetterClass}`;
    script(place, faults(prompt));
    return place.orders.place([gateway.url], prompt);
  },
  async mend(place, id) {
    place.pool.simulator.clearFaults();
    await command(place.new, place.pool.env, 'dlq', 'redrive', id);
  },
});

const refusal = (code: number, msg: string) => (prompt: string) => [
  { on: 'createTask', when: { prompt, times: 'always' }, fault: { kind: 'code', code, msg } },
];

const DEAD_LETTERS: readonly DeadLetterTrouble[] = [
  byFault('invalid_request', refusal(422, 'image_urls is invalid')),
  byFault('model_unavailable', refusal(505, 'Model is offline')),
  byFault('generation_failed', (prompt) => [{ on: 'task', when: { prompt }, fault: { kind: 'fail' } }]),
  {
    ...byFault('payment_unknown', (prompt) => [{ on: 'createTask', when: { prompt }, fault: { kind: 'cutAfter' } }]),
    async mend({ pool, new: young }, id) {
      const prompt = 'dead by payment_unknown';
      const task = pool.simulator.ledger.tasks().find((one) => one.prompt === prompt);
      await command(young, pool.env, 'adopt', id, task?.taskId ?? '', '--confirm');
    },
  },
  byFault('result_unreadable', (prompt) => [
    {
      on: 'recordInfo',
      when: { prompt, times: 'always' },
      fault: { kind: 'result', resultJson: '{"where":"elsewhere"}' },
    },
  ]),
  {
    class: 'upload_missing',
    async make({ pool, orders, uploads, new: young }, { gateway }) {
      await command(young, pool.env, 'pause');
      const id = await orders.placeWithImage(gateway.url(), 'dead by upload_missing');
      await moveImages(uploads, '', '.gone');
      await command(young, pool.env, 'resume');
      return id;
    },
    async mend({ pool, uploads, new: young }, id) {
      await moveImages(uploads, '.gone', '');
      await command(young, pool.env, 'dlq', 'redrive', id);
    },
  },
];

const PAIRS = ['acme', 'shop', 'studio'];

const GATES: readonly GateTrouble[] = [
  {
    reason: 'paused',
    make: ({ pool, new: young }) => command(young, pool.env, 'pause').then(() => undefined),
    mend: () => Promise.resolve(),
    opensItself: false,
  },
  {
    reason: 'credits',
    async make({ pool, orders }, { gateway }) {
      pool.simulator.configure({ credits: 0 });
      await orders.place([gateway.url], 'without credits');
    },
    mend({ pool }) {
      pool.simulator.topUp(100_000);
      return Promise.resolve();
    },
    opensItself: true,
  },
  {
    reason: 'refusing',
    async make(place, { gateway }) {
      script(place, refusal(404, 'channel not found')(''));
      for (let i = 0; i < 9; i += 1) {
        const tenant = PAIRS[i % PAIRS.length] ?? 'default';
        await place.orders.place([gateway.url], `refused by the endpoint ${i}`, { tenant });
      }
    },
    mend({ pool }) {
      pool.simulator.clearFaults();
      return Promise.resolve();
    },
    opensItself: true,
  },
];

/** Renames every image of a store from one ending to another. */
async function moveImages(folder: string, from: string, to: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const images = entries.filter((entry) => entry.isFile() && entry.name.endsWith(`.png${from}`));
  for (const { parentPath, name } of images) {
    const kept = name.slice(0, name.length - from.length);
    await rename(join(parentPath, name), join(parentPath, `${kept}${to}`));
  }
}

/** Those that this version can make. */
export const deadLetterTroubles = DEAD_LETTERS.filter((one) => isKnown(DEAD_LETTER_CLASSES, one.class));
export const gateTroubles = GATES.filter((one) => isKnown(GATE_REASONS, one.reason));
