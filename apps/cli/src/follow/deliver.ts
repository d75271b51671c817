import type { GenerationHandle, GenerationView } from '@kieq/producer';
import { proxiesOf, type ProxySettings } from '@kieq/proxy';
import { openBlobStore, type BlobStore, type StoreLocation } from '@kieq/storage';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Pool } from '../pool.ts';
import { follow, type FollowOptions } from './follow.ts';
import { report } from './report.ts';
import { resultSources } from './result-sources.ts';
import { saveResult, type Target } from './save-result.ts';

const NO_LINK = 'nothing was saved: Kie says success, and no link could be read of its result';

export interface DeliverOptions extends ProxySettings {
  /** Where the result is saved; it is not without. */
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
 * @throws CliError `no video` when it ended without one, or with a result that has no link to save; `interrupted`, `unavailable`, `refused` when it is not saved
 */
export async function deliver(context: Context, view: GenerationView, options: DeliverOptions): Promise<void> {
  const { target } = options;
  if (target === undefined || view.state !== 'succeeded') return report(context, view, []);
  const archive = options.archive === undefined ? undefined : openBlobStore(options.archive, proxiesOf(options));
  const stop = new AbortController();
  const unhear = context.io.onInterrupt(() => stop.abort());
  context.out.status('saving the video');
  try {
    const files = await savedFiles(view, { ...options, target, store: archive, signal: stop.signal });
    context.out.status('');
    report(context, view, files);
  } catch (error) {
    // The video is there all the same, and so are its links.
    context.out.status('');
    report(context, view, []);
    if (stop.signal.aborted)
      throw new CliError(EXIT.interrupted, `interrupted; save it with kieq result ${view.id} -o`);
    throw error;
  } finally {
    unhear();
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
 * @throws CliError as `deliver`; `interrupted` after SIGINT and `refused` when the time is over, both while it goes on
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
  const more = `${view.id} is ${view.state} and goes on; follow it with: kieq watch ${view.id}${output}`;
  if (how === 'interrupted') throw new CliError(EXIT.interrupted, `interrupted: ${more}`);
  throw new CliError(EXIT.refused, `not ended after ${(options.timeoutMs ?? 0) / 1000} s: ${more}`);
}
