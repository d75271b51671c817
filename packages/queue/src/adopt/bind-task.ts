import type { Evidence, Timings } from '@kieq/domain';
import type { AcceptReply, GenerationRecord, Ledger } from '@kieq/ledger';
import type { Queues } from '../jobs/catalogue.ts';
import { kindOfPayload } from '../poll/poll-lessons.ts';
import { addVehicle } from '../jobs/vehicles.ts';

/**
 * Binds a task that was proved to be an attempt's; if the generation continues with it, the task is polled at once.
 * @param evidence what becomes the attempt's evidence, where the task was confirmed by hand
 */
export async function bindTask(
  { ledger, queues, timings }: { readonly ledger: Ledger; readonly queues: Queues; readonly timings: Timings },
  { id, payload, model }: Pick<GenerationRecord, 'id' | 'payload' | 'model'>,
  taskId: string,
  attempt: number,
  evidence?: Evidence,
): Promise<AcceptReply> {
  const kind = kindOfPayload(payload);
  const args = {
    id,
    attempt,
    taskId,
    adopted: true,
    pollDelayMs: 0,
    ...(kind === undefined ? {} : { kind }),
    ...(evidence === undefined ? {} : { evidence }),
    vehicleCheckMs: timings.vehicleCheckMs,
  };
  const reply = await ledger.accept(args);
  if (reply.kind === 'accepted' && reply.state === 'generating') {
    await addVehicle(queues, { vehicle: reply.vehicle, generation: id, queue: 'poll', delayMs: 0, name: model });
  }
  return reply;
}
