import { isEnded } from '@kieq/domain';
import type { GenerationHandle, GenerationView } from '@kieq/producer';
import { proxiesOf } from '@kieq/proxy';
import { openBlobStore } from '@kieq/storage';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { type DeliverOptions, endText, savedFiles } from './deliver.ts';
import { countBar, paintState } from '../text/paint.ts';

/** A generation, and the image that identifies it for the user. */
export interface Named {
  readonly source: string;
  readonly handle: GenerationHandle;
}

export interface FollowEachOptions extends DeliverOptions {
  /** How long at most, in ms. Default: without end. */
  readonly timeoutMs?: number | undefined;
}

/** The state of one of them when following ends. */
interface Outcome {
  readonly source: string;
  readonly view: GenerationView;
  readonly files: readonly string[];
  /** Why it is not saved, although its video is there. */
  readonly unsaved?: { readonly code: ExitCode; readonly message: string };
}

/**
 * Follows several generations to their ends, saves each video as soon as it is there, and prints how each ended.
 * @throws CliError for all together, the first that applies: `interrupted` and `refused` (the time is over), both while
 *   some continue; `no video` where one ended without; `unavailable` or `refused` where one could not be saved
 */
export async function followEach(context: Context, made: readonly Named[], options: FollowEachOptions): Promise<void> {
  const { io, out } = context;
  const interrupt = new AbortController();
  const timeout = new AbortController();
  const stopListening = io.onInterrupt(() => interrupt.abort());
  const { timeoutMs } = options;
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => timeout.abort(), timeoutMs);
  const signal = AbortSignal.any([interrupt.signal, timeout.signal]);
  const archive = options.archive === undefined ? undefined : openBlobStore(options.archive, proxiesOf(options));
  const startedMs = performance.now();
  let ended = 0;
  const progress = (): void => out.status(countBar(ended, made.length, performance.now() - startedMs));
  progress();
  try {
    const outcomes = await Promise.all(
      made.map(async ({ source, handle }) => {
        await untilEnded(handle, signal);
        const view = await handle.status();
        const outcome = await outcomeOf(source, view, { ...options, store: archive, signal });
        if (!isEnded(view.state)) return outcome;
        ended += 1;
        if (!out.json) out.line(outcome, (paint) => `${source}: ${endText(view, outcome.files, paint)}`);
        progress();
        return outcome;
      }),
    );
    out.status('');
    finish(context, outcomes, { interrupted: interrupt.signal.aborted, timeoutMs });
  } finally {
    out.status('');
    clearTimeout(timer);
    stopListening();
    await archive?.close();
  }
}

async function untilEnded(handle: GenerationHandle, signal: AbortSignal): Promise<void> {
  const events = handle.events({ signal });
  while ((await events.next()).done !== true);
}

type SaveOptions = Parameters<typeof savedFiles>[1];

async function outcomeOf(source: string, view: GenerationView, options: SaveOptions): Promise<Outcome> {
  if (options.target === undefined || view.state !== 'succeeded') return { source, view, files: [] };
  try {
    return { source, view, files: await savedFiles(view, options) };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { source, view, files: [], unsaved: { code: error.exitCode, message: error.message } };
  }
}

function finish(
  { out }: Context,
  outcomes: readonly Outcome[],
  { interrupted, timeoutMs }: { readonly interrupted: boolean; readonly timeoutMs: number | undefined },
): void {
  if (out.json)
    out.print(
      outcomes.map(({ source, view, files }) => ({ image: source, ...view, files })),
      () => '',
    );
  const open = outcomes.filter(({ view }) => !isEnded(view.state));
  const failed = outcomes.filter(({ view }) => isEnded(view.state) && view.state !== 'succeeded');
  const unsaved = outcomes.flatMap((outcome) => (outcome.unsaved === undefined ? [] : [outcome.unsaved]));
  for (const { source, view } of open)
    out.note(
      (paint) => `${source}: ${view.id} is ${paintState(paint, view.state)}; follow it with: kieq watch ${view.id}`,
    );
  for (const { source, view } of failed) out.note(`${source}: see kieq show ${view.id}`);
  for (const { message } of unsaved) out.note(message);
  const count = `${open.length} of ${outcomes.length} continue`;
  if (open.length > 0 && interrupted) throw new CliError(EXIT.interrupted, `interrupted: ${count}`);
  if (open.length > 0) throw new CliError(EXIT.refused, `not ended after ${(timeoutMs ?? 0) / 1000} s: ${count}`);
  if (failed.length > 0)
    throw new CliError(EXIT.noVideo, `${failed.length} of ${outcomes.length} ended without a video`);
  const [first] = unsaved;
  if (first !== undefined)
    throw new CliError(first.code, `${unsaved.length} of ${outcomes.length} videos are not saved`);
}
