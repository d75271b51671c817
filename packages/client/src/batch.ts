import { prepare, send, type Prepared } from './create.ts';
import { invalidOption, KieqError, withDetails } from './error.ts';
import type { Http } from './http.ts';
import { createdOf, failureOf, isFields } from './shapes.ts';
import { backoffMs } from './tools.ts';
import type { EnqueuedItem } from './enqueued-item.ts';
import type { EnqueueItem } from './inputs.ts';

/** A gateway takes 1000 items and 4 MiB in one call; the rest is room for what stands around the items. */
const BATCH_ITEMS = 1000;
const BATCH_BYTES = 4_000_000;
const FIRST_PAUSE_MS = 2_000;
const PAUSE_LIMIT_MS = 16_000;

/**
 * Enqueues many: split into calls that the gateway takes, one after the other; items with images have calls of their own.
 * It rejects only before anything is sent. Afterwards every item has its answer, since an error that hid the keys and ids
 * of the others would invite to pay for them again.
 * @throws KieqError `invalid_options` of the first item that cannot be sent; then nothing was sent
 */
export async function enqueueMany(
  http: Http,
  items: readonly EnqueueItem[],
  signal: AbortSignal | undefined,
): Promise<EnqueuedItem[]> {
  checkItems(items);
  const prepared = items.map(({ model, input, ...options }) => prepare(model, input, options, http.tools.newKey));
  const results = new Map<Prepared, EnqueuedItem>();
  let stopped: KieqError | undefined;
  for (const group of groupsOf(prepared)) {
    stopped ??= await answerGroup(http, group, signal, results);
    // After a call that failed as a whole the next ones are not sent.
    for (const item of group) if (!results.has(item)) results.set(item, refused(notSent(stopped), item));
  }
  return prepared.flatMap((item) => results.get(item) ?? []);
}

/** @throws KieqError `invalid_options` */
function checkItems(items: unknown): void {
  if (!Array.isArray(items) || !items.every(isFields))
    throw invalidOption('items', 'must be a list of requests', typeof items);
}

function notSent(stopped: KieqError | undefined): KieqError {
  const error = stopped ?? new KieqError('unexpected_response', 'The batch has no answer for this item.');
  return withDetails(error, { money: stopped === undefined ? 'unknown' : 'nothing_created' });
}

/** Items with images alone; the others as many together as a call takes. */
function groupsOf(items: readonly Prepared[]): Prepared[][] {
  const groups: Prepared[][] = [];
  let open: Prepared[] = [];
  let bytes = 0;
  for (const item of items) {
    if (item.images.length > 0) {
      groups.push([item]);
      continue;
    }
    const size = new TextEncoder().encode(item.json).length + 1;
    if (open.length === 0 || open.length === BATCH_ITEMS || bytes + size > BATCH_BYTES) {
      open = [];
      groups.push(open);
      bytes = 0;
    }
    open.push(item);
    bytes += size;
  }
  return groups;
}

/** @returns the error of a call that failed as a whole; its items have their answers then, too */
async function answerGroup(
  http: Http,
  group: readonly Prepared[],
  signal: AbortSignal | undefined,
  results: Map<Prepared, EnqueuedItem>,
): Promise<KieqError | undefined> {
  try {
    const [first] = group;
    if (first !== undefined && first.images.length > 0)
      results.set(first, { ok: true, ...(await send(http, first, signal)) });
    else await sendBatch(http, group, signal, results);
  } catch (error) {
    if (!(error instanceof KieqError)) throw error;
    for (const item of group) {
      const earlier = results.get(item);
      if (earlier === undefined) results.set(item, refused(error, item));
      // An earlier call may have created it; items with a final answer keep theirs.
      else if (isAway(earlier)) results.set(item, refused(withDetails(error, { money: 'unknown' }), item));
    }
    return isOfItems(error, group.length) ? undefined : error;
  }
  return undefined;
}

/** Whether the gateway refused what these items say, so that others may be fine. */
function isOfItems({ code, status }: KieqError, items: number): boolean {
  if (code === 'invalid_request' || code === 'idempotency_conflict') return true;
  return items === 1 && (code === 'forbidden' || status === 413);
}

/** Items for which Redis was away are sent again, with their keys. */
async function sendBatch(
  http: Http,
  group: readonly Prepared[],
  signal: AbortSignal | undefined,
  results: Map<Prepared, EnqueuedItem>,
): Promise<void> {
  let open = group;
  for (let tries = 0; ; tries += 1) {
    const { answers, isRepeated } = await batchCall(http, open, signal);
    const mayExist = isRepeated || tries > 0;
    open.forEach((item, i) => results.set(item, answerOf(answers[i], item, mayExist)));
    open = open.filter((item) => isAway(results.get(item)));
    if (open.length === 0 || tries >= http.gateway.maxRetries) return;
    await http.pause(backoffMs(tries, FIRST_PAUSE_MS, PAUSE_LIMIT_MS, http.tools.random), signal, 'unknown');
  }
}

async function batchCall(
  http: Http,
  items: readonly Prepared[],
  signal: AbortSignal | undefined,
): Promise<{ readonly answers: readonly unknown[]; readonly isRepeated: boolean }> {
  let isRepeated = false;
  const onUnknown = (): void => {
    isRepeated = true;
  };
  const json = `{"items":[${items.map((item) => item.json).join(',')}]}`;
  const call = { method: 'POST', path: '/v1/generations/batch', creates: true, signal, onUnknown } as const;
  const body = await http.json({ ...call, body: () => json });
  const answers = isFields(body) ? body['items'] : undefined;
  if (Array.isArray(answers) && answers.length === items.length) return { answers, isRepeated };
  throw new KieqError('unexpected_response', 'The batch was not answered item by item.', { money: 'unknown' });
}

/** @param mayExist whether an earlier call may have created it */
function answerOf(answer: unknown, item: Prepared, mayExist: boolean): EnqueuedItem {
  const created = createdOf(answer, item.idempotencyKey);
  if (created !== undefined) return { ok: true, ...created };
  const failure = failureOf(answer);
  if (failure === undefined)
    return refused(new KieqError('unexpected_response', 'The answer has no id.', { money: 'unknown' }), item);
  const { code, message, problems } = failure;
  const money = mayExist || code === 'unavailable' ? 'unknown' : 'nothing_created';
  return refused(new KieqError(code, message, { problems, money }), item);
}

function refused(error: KieqError, { idempotencyKey }: Prepared): EnqueuedItem {
  return { ok: false, error: withDetails(error, { idempotencyKey }), idempotencyKey };
}

function isAway(result: EnqueuedItem | undefined): boolean {
  return result?.ok === false && result.error.code === 'unavailable';
}
