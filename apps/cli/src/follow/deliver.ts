import type { GenerationHandle, GenerationView } from '@kieq/producer';
import { proxiesOf, type ProxySettings } from '@kieq/proxy';
import { type BlobStore, openBlobStore, type StoreLocation } from '@kieq/storage';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { follow, type FollowOptions } from './follow.ts';
import { resultSources } from './result-sources.ts';
import { saveResult, type Target } from './save-result.ts';
import type { Pool } from '../pool.ts';
import { type Paint, paintState } from '../text/paint.ts';
import { duration } from '../text/time.ts';

const NO_LINK = 'nothing was saved: the task succeeded, but its result contains no readable link';

export interface DeliverOptions extends ProxySettings {
  /** Where the result is saved. Default: it is not saved. */
  readonly target?: Target | undefined;
  /** `ARCHIVE_URL`, where it is set. */
  readonly archive?: StoreLocation | undefined;
  /** `KIEQ_OUTBOUND_PROXY`. */
  readonly outboundProxy?: string | undefined;
  /** `KIEQ_ALLOW_PRIVATE_URLS`. */
  readonly allowPrivateUrls: boolean;
}

/**
 * Saves the result of an ended generation where one is wanted, and prints how it ended.
 * @throws CliError `no video` when it ended without one, or with a result that has no link to save; `interrupted`,
 *   `unavailable`, `refused` when it is not saved
 */
export async function deliver(context: Context, view: GenerationView, options: DeliverOptions): Promise<void> {
  const { target } = options;
  if (target === undefined || view.state !== 'succeeded') return report(context, view, []);
  const archive = options.archive === undefined ? undefined : openBlobStore(options.archive, proxiesOf(options));
  const stop = new AbortController();
  const stopListening = context.io.onInterrupt(() => stop.abort());
  context.out.status('saving the video');
  try {
    const files = await savedFiles(view, { ...options, target, store: archive, signal: stop.signal });
    context.out.status('');
    report(context, view, files);
  } catch (error) {
    // The generation has succeeded, and its links remain usable.
    context.out.status('');
    report(context, view, []);
    if (stop.signal.aborted)
      throw new CliError(EXIT.interrupted, `interrupted; save it with kieq result ${view.id} -o`);
    throw error;
  } finally {
    stopListening();
    await archive?.close();
  }
}

/**
 * Saves the result of a success.
 * @returns the files; none where no target is given
 * @throws CliError `no video` for a result that has no link; `unavailable`, `refused` when it is not saved
 */
export async function savedFiles(
  view: GenerationView,
  {
    target,
    store,
    allowPrivateUrls: allowPrivate,
    outboundProxy: proxy,
    signal,
  }: DeliverOptions & { readonly store: BlobStore | undefined; readonly signal: AbortSignal },
): Promise<string[]> {
  if (target === undefined) return [];
  const sources = resultSources(view, store, { allowPrivate, proxy });
  if (sources.length === 0) throw new CliError(EXIT.noVideo, `${NO_LINK}; see kieq show ${view.id}`);
  return saveResult(sources, { target, id: view.id, signal });
}

/**
 * Follows a generation to its end and delivers it.
 * @throws CliError as `deliver`; `interrupted` after SIGINT and `refused` when the time is over, both while it
 *   continues
 */
export async function followAndDeliver(
  context: Context,
  pool: Pool,
  handle: GenerationHandle,
  options: DeliverOptions & FollowOptions,
): Promise<void> {
  const how = await follow(context, pool, handle, options);
  const view = await handle.status();
  if (how === 'ended') return deliver(context, view, options);
  if (context.out.json) context.out.print({ ...view, files: [] }, () => '');
  const output = options.target === undefined ? '' : ` -o ${options.target.path}`;
  const more = `${view.id} is ${view.state} and continues; follow it with: kieq watch ${view.id}${output}`;
  if (how === 'interrupted') throw new CliError(EXIT.interrupted, `interrupted: ${more}`);
  throw new CliError(EXIT.refused, `not ended after ${(options.timeoutMs ?? 0) / 1000} s: ${more}`);
}

/**
 * Prints how a generation ended.
 * @param files where its result was saved
 * @throws CliError `no video` when it ended without one
 */
function report({ out }: Context, view: GenerationView, files: readonly string[]): void {
  out.print({ ...view, files }, (paint) => endText(view, files, paint));
  if (view.state !== 'succeeded') throw new CliError(EXIT.noVideo, `${reasonOf(view)}; see kieq show ${view.id}`);
}

/** How it ended, and where its result is. */
export function endText(view: GenerationView, files: readonly string[], paint: Paint): string {
  const took = view.endedAt === undefined ? '' : ` after ${duration(view.endedAt - view.createdAt)}`;
  const cost = view.creditsConsumed === undefined ? '' : `, ${view.creditsConsumed} credits`;
  const head = `${view.id} ${paintState(paint, view.state)}${took}${cost}`;
  if (files.length > 0) return [head, ...files.map((file) => `saved ${file}`)].join('\n');
  const archived = view.archived.map(({ name }) => `archived as ${name}`);
  return [head, ...view.resultUrls, ...archived].join('\n');
}

function reasonOf({ id, state, failMsg, deadLetter }: GenerationView): string {
  // The dead letter only repeats a verdict.
  const why = [deadLetter?.class, state === 'dead' ? deadLetter?.summary : failMsg]
    .filter((part) => part !== undefined)
    .join(': ');
  return `${id} is ${state}, without a video${why === '' ? '' : ` (${why})`}`;
}
