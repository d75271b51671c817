import type { Ledger } from '@kieq/ledger';
import { listPrice, priceKind } from '@kieq/models';

/**
 * Credits of a request: what Kie last billed for its kind, else the price list's. Used only to decide when a topped-up
 * balance covers a refused request; never for billing.
 * @returns undefined where neither has one price for it
 */
export async function knownPrice(
  { read }: { readonly read: Pick<Ledger['read'], 'billedPrice'> },
  { model, input }: { readonly model: string; readonly input: Readonly<Record<string, unknown>> },
): Promise<number | undefined> {
  const kind = priceKind(model, input);
  const billed = kind === undefined ? undefined : await read.billedPrice(kind);
  return billed?.credits ?? listPrice(model, input);
}
