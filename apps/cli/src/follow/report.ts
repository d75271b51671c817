import type { GenerationView } from '@kieq/producer';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { paintState, type Paint } from '../text/paint.ts';
import { duration } from '../text/time.ts';

/**
 * Prints how a generation ended.
 * @param files where its result was saved
 * @throws CliError `no video` when it ended without one
 */
export function report({ out }: Context, view: GenerationView, files: readonly string[]): void {
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
  // Beside a verdict the letter only repeats it.
  const why = [deadLetter?.class, state === 'dead' ? deadLetter?.summary : failMsg]
    .filter((part) => part !== undefined)
    .join(': ');
  return `${id} is ${state}, without a video${why === '' ? '' : ` (${why})`}`;
}
