import { DEAD_LETTER_CLASSES, GENERATION_ID, readWord } from '@kieq/domain';
import type { Ledger } from '@kieq/ledger';
import type { Queue } from 'bullmq';

/** Of each kind in a round: comparing them costs Redis about as much as two submissions. */
const PART = 20;
const JOB_ID = /^(.+)-(?:letter|notify)$/;

/**
 * The generations whose dead letters a round compares with the queue `dead-letter`: a part of the queue's jobs, and a
 * part of the open dead letters of one class. The rounds together cover all of both.
 * @param turn counts the rounds
 */
export async function mirrorPart(ledger: Ledger, mirror: Queue, turn: number): Promise<string[]> {
  return [...new Set([...(await shownPart(mirror, turn)), ...(await openPart(ledger, turn))])];
}

/** Also finds jobs of generations that have no dead letter any more. */
async function shownPart(mirror: Queue, turn: number): Promise<string[]> {
  const from = startOf(await mirror.getWaitingCount(), turn);
  const jobs = await mirror.getWaiting(from, from + PART - 1);
  const ids = jobs.map(({ id = '' }) => JOB_ID.exec(id)?.[1] ?? '');
  // Jobs of other clients stay.
  return ids.filter((id) => GENERATION_ID.test(id));
}

/** Also finds dead letters that have no job. */
async function openPart(ledger: Ledger, turn: number): Promise<string[]> {
  const counts = Object.entries(await ledger.read.deadLetterCounts()).filter(([, count]) => count > 0);
  const [deadLetterClass, count] = counts[turn % Math.max(1, counts.length)] ?? [];
  if (deadLetterClass === undefined || count === undefined) return [];
  const offset = startOf(count, Math.floor(turn / counts.length));
  const { items } = await ledger.read.readDeadLetters(readWord(DEAD_LETTER_CLASSES, deadLetterClass), {
    offset,
    limit: PART,
  });
  return items.map(({ id }) => id);
}

/** Where the part of this turn begins. */
function startOf(count: number, turn: number): number {
  return (turn % Math.max(1, Math.ceil(count / PART))) * PART;
}
