import type { Verdict } from '@kieq/domain';
import type { Ledger, SettleArgs } from '@kieq/ledger';
import { listPrice, priceKind } from '@kieq/models';
import type { Logger } from '@kieq/telemetry';
import { frozenPayloadSchema } from '../jobs/payload.ts';

export type PriceLesson = NonNullable<SettleArgs['price']>;

/** The kind of a frozen request, and its price by the list; undefined where it is purged, unreadable or of no kind. */
export function priceOfPayload(payload: string | undefined): PriceLesson | undefined {
  const request = requestIn(payload);
  if (request === undefined) return undefined;
  const { model, input } = request;
  const kind = priceKind(model, input);
  return kind === undefined ? undefined : { kind, list: listPrice(model, input) };
}

/** A lesson about prices must never keep a verdict from being settled. */
function requestIn(payload: string | undefined) {
  if (payload === undefined) return undefined;
  try {
    return frozenPayloadSchema.parse(JSON.parse(payload)).request;
  } catch {
    return undefined;
  }
}

/** What a verdict teaches about prices: only a success that Kie billed does. */
export async function priceLesson(
  { read }: { readonly read: Pick<Ledger['read'], 'payload'> },
  id: string,
  { state, creditsConsumed = 0 }: Verdict,
): Promise<PriceLesson | undefined> {
  return state === 'success' && creditsConsumed > 0 ? priceOfPayload(await read.payload(id)) : undefined;
}

/** @param before what the kind cost before, if this verdict shows a new price */
export function notePrice(
  logger: Logger,
  lesson: PriceLesson | undefined,
  { creditsConsumed }: Verdict,
  before: number | undefined,
): void {
  if (before === undefined) return;
  logger.warn(
    { priceKind: lesson?.kind, before, list: lesson?.list, credits: creditsConsumed },
    'Kie billed another price than before; estimates use the new one from now on',
  );
}
