const SILENT_CREDITS = new Map<unknown, number>([
  ['5', 55],
  ['10', 110],
]);

/**
 * Credits that a request of a known model costs (docs/kie/facts.md#kling-26image-to-video), or undefined. Used only to
 * decide when a topped-up balance covers a refused request; never for billing.
 */
export function knownPrice(model: string, input: Readonly<Record<string, unknown>>): number | undefined {
  if (model !== 'kling-2.6/image-to-video') return undefined;
  const silent = SILENT_CREDITS.get(input['duration']);
  if (silent === undefined) return undefined;
  return input['sound'] === true ? silent * 2 : silent;
}
