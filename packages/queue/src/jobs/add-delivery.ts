import type { Exact, KillArgs, KillReply, Ledger, PendingDelivery } from '@kieq/ledger';
import type { Queues } from './catalogue.ts';
import { PAYLOAD_VERSION, type PollJob } from './payload.ts';

/**
 * Adds the job of a delivery that a ledger reply asks for; nothing where the caller wants none. Adding it twice is
 * harmless, and one that was forgotten is found by the sweeper.
 * @param name shown as the job's name
 */
export async function addDelivery(
  queues: Queues,
  generation: string,
  delivery: PendingDelivery | undefined,
  name = 'notify',
): Promise<void> {
  if (delivery === undefined) return;
  const data: PollJob = { v: PAYLOAD_VERSION, generation };
  const options = { jobId: delivery.vehicle, delay: delivery.delayMs };
  await queues.notify.add(name, data, options);
}

/** `ledger.kill`, and the delivery to the caller if there is one. */
export async function kill<Given extends KillArgs>(
  { ledger, queues }: { readonly ledger: Ledger; readonly queues: Queues },
  args: Given & Exact<KillArgs, Given>,
): Promise<KillReply> {
  const exact: KillArgs = args;
  const reply = await ledger.kill(exact);
  if (reply.kind === 'dead') await addDelivery(queues, args.id, reply.delivery);
  return reply;
}
