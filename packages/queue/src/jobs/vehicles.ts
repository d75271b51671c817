import type { Ledger } from '@kieq/ledger';
import type { Job, Queue } from 'bullmq';
import type { Queues, QueueName } from './catalogue.ts';
import { DEFAULT_PRIORITY } from './catalogue.ts';
import { PAYLOAD_VERSION, type PollJob, type SubmitJob } from './payload.ts';

/** The job id of a generation's vehicle; the ledger names each one and only the newest acts. */
export function vehicleId(generation: string, epoch: number): string {
  return `${generation}-${epoch}`;
}

export interface NewVehicle {
  /** Job id, named by the ledger. */
  readonly vehicle: string;
  readonly generation: string;
  readonly queue: Extract<QueueName, 'submit' | 'poll'>;
  readonly delayMs: number;
  /** Shown as the job's name; the model where it is known. */
  readonly name?: string;
  readonly priority?: number;
}

/**
 * Adds the job that the ledger named. Adding it twice is harmless: BullMQ ignores an id that it still keeps,
 * and a job that is not the current vehicle ends without acting.
 */
export async function addVehicle(queues: Queues, next: NewVehicle): Promise<void> {
  const data: SubmitJob | PollJob = { v: PAYLOAD_VERSION, generation: next.generation };
  // A poll without one goes first: a caller or operator waits for it.
  const priority = next.priority ?? (next.queue === 'submit' ? DEFAULT_PRIORITY : 0);
  const options = { jobId: next.vehicle, delay: next.delayMs, priority };
  await queues[next.queue].add(next.name ?? next.queue, data, options);
}

/** A later vehicle in `submit` keeps the priority that the caller chose; the record knows it. */
export async function addSubmitVehicle(
  ledger: Ledger,
  queues: Queues,
  next: Omit<NewVehicle, 'queue' | 'name' | 'priority'>,
): Promise<void> {
  const record = await ledger.read.generation(next.generation);
  const kept = record === undefined ? {} : { name: record.model, priority: record.priority };
  await addVehicle(queues, { ...next, queue: 'submit', ...kept });
}

const READY = new Set(['waiting', 'active', 'prioritized', 'waiting-children']);

/** Whether BullMQ will still process the job: at once or already (`alive`), after its delay (`sleeping`), or never. */
export async function jobState(queue: Queue, vehicle: string): Promise<'alive' | 'sleeping' | 'gone'> {
  const state = await queue.getJobState(vehicle);
  if (state === 'delayed') return 'sleeping';
  return READY.has(state) ? 'alive' : 'gone';
}

/** BullMQ types a job's id as optional; a job taken from a queue always has one. */
export function idOf(job: Job): string {
  if (job.id === undefined) throw new Error('a job without an id was taken');
  return job.id;
}
