import { createHash } from 'node:crypto';
import { ask } from '../confirm.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';

/** What several images are: one generation of each, or one of them together. */
export type Grouping = 'each' | 'together';

export interface GroupingFlags {
  readonly each?: true;
  readonly together?: true;
  readonly imageField: string;
}

/** The field of the input that takes a list; every other one takes one image. */
export const LIST_FIELD = 'image_urls';

/**
 * How the images are grouped. `kieq generate *.jpg` may mean either, and both are paid, so the command asks instead of
 * guessing.
 * @throws CliError `usage` without a terminal, and if both or an impossible one is requested
 */
export async function groupingOf(
  context: Context,
  sources: readonly string[],
  { each, together, imageField }: GroupingFlags,
): Promise<Grouping> {
  if (each === true && together === true) throw usage('--each and --together exclude each other');
  if (sources.length < 2) return 'together';
  if (each === true) return 'each';
  const isList = imageField === LIST_FIELD;
  if (!isList)
    throw usage(`input.${imageField} takes one image; --each makes a generation of each of the ${sources.length}`);
  if (together === true) return 'together';
  const question = `${sources.length} images were given`;
  if (!context.io.isTTY || context.out.json)
    throw usage(`${question}: --each makes a generation of each, ${sources.length} in all, --together one of all`);
  const answer = await ask(context, `${question}. Make a generation of each, or one of all? Type each or together:`);
  if (/^each$/i.test(answer)) return 'each';
  if (/^together$/i.test(answer)) return 'together';
  throw usage('the answer was neither each nor together');
}

/**
 * The idempotency key of one image's generation: by what the image is, so that a repetition finds its generations
 * whatever the files are called and in whatever order they come.
 * @param content the bytes of a file, or an address
 */
export function keyOfImage(key: string, content: Buffer | string): string {
  return `${key}-${createHash('sha256').update(content).digest('hex').slice(0, KEY_DIGITS)}`;
}

/** 64 bits: two images of one run do not share them by chance. */
const KEY_DIGITS = 16;

function usage(reason: string): CliError {
  return new CliError(EXIT.usage, `nothing was enqueued: ${reason}`);
}
