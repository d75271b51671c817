import { parseEnvironment } from '@kieq/config';
import { createProducer, type Enqueued } from '@kieq/producer';
import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { existingFields, existingText, hasNoVideo, readExisting } from '../enqueue/existing.ts';
import { generateEach } from '../enqueue/generate-each.ts';
import { groupingOf, LIST_FIELD, type GroupingFlags } from '../enqueue/one-or-each.ts';
import { addRequestOptions } from '../enqueue/request-options.ts';
import type { SingleOptions } from '../enqueue/single-item.ts';
import { CliError, EXIT } from '../exit.ts';
import { followAndDeliver } from '../follow/deliver.ts';
import { targetOf } from '../follow/save-result.ts';
import { wholeNumber } from '../forms.ts';
import { enqueueWithImages, requestOf, withStoreFor } from '../images/with-images.ts';
import { noteNoWorkers } from '../nobody.ts';
import { withPool, type Pool } from '../pool.ts';

interface GenerateOptions extends SingleOptions, GroupingFlags {
  readonly wait?: true;
  readonly output?: string;
  readonly timeout?: number;
}

const MORE = `An image is a file of this machine or an address that Kie can fetch. A file is kept in the upload store
(UPLOAD_STORE_URL, which the workers must share) until a worker passes it to Kie.
Several images are a generation of each with --each, one of all of them with --together; without either a person is
asked, and nothing is enqueued where nobody can be. With --each the idempotency key of a generation is the given one
with 16 digits of the SHA-256 of its image, and the exit code is that of all.
Ctrl-C while waiting cancels nothing: the generation goes on, and kieq watch follows it again.
Without an --idempotency-key each run makes a new, paid generation. With one that was used before, it tells how the
generation of that key stands, and ends as waiting for it would.`;

export function addGenerate(parent: Command, context: Context): void {
  const command = addCommand(parent, {
    usage: 'generate [images...]',
    summary: 'make a video of an image, or of each of several: enqueue, and with --wait follow it to its end',
    examples: [
      'kieq generate cat.jpg --prompt "a slow pan" --wait',
      'kieq generate cat.jpg --prompt "a slow pan" --duration 10 --sound -o cat.mp4',
      'kieq generate *.jpg --each --prompt "a slow pan" -o videos/',
      'kieq generate https://example.com/cat.jpg --prompt "a slow pan" --idempotency-key cat-1',
      'kieq generate cat.jpg --model other/model --image-field image_url --input \'{"prompt":"a slow pan"}\' --wait',
    ],
    more: MORE,
  });
  addRequestOptions(command)
    .option('--image-field <name>', 'field of the input that takes the image', LIST_FIELD)
    .option('--each', 'of several images: a generation of each')
    .option('--together', 'of several images: one generation of all')
    .option('--wait', 'follow it until it has ended')
    .option('-o, --output <file>', 'save the video there, a file or a folder; waits for it')
    .option('--timeout <seconds>', 'wait so long at most', wholeNumber(1, 604_800))
    .action((images: string[], options: GenerateOptions) => generate(context, images, options));
}

async function generate(context: Context, sources: readonly string[], options: GenerateOptions): Promise<void> {
  const env = parseEnvironment(context.env, ['redis', 'files', 'outbound']);
  const target = options.output === undefined ? undefined : await targetOf(options.output);
  if ((await groupingOf(context, sources, options)) === 'each')
    return generateEach(context, sources, { ...env, ...options, target });
  const { item, files } = await requestOf(sources, options);
  const waits = options.wait === true || target !== undefined || options.timeout !== undefined;
  await withPool(env, async (pool) => {
    const producer = await createProducer({ redis: env.redisUrl, prefix: env.prefix });
    try {
      const made = await withStoreFor(context, env, pool, files.length > 0, (store) =>
        enqueueWithImages(store, pool, producer, item, files),
      );
      if (!waits) return tell(context, pool, made);
      await say(context, made);
      const timeoutMs = options.timeout === undefined ? undefined : options.timeout * 1000;
      await followAndDeliver(context, pool, made, { ...env, target, timeoutMs });
    } finally {
      await producer.close();
    }
  });
}

/** @throws CliError `no video` where it had been made before, and has ended without one */
async function tell(context: Context, pool: Pool, made: Enqueued): Promise<void> {
  const { out } = context;
  const { id, created } = made;
  if (created) {
    await noteNoWorkers(context, pool);
    out.print({ id, created }, () => id);
    out.note(`Enqueued; follow it with: kieq watch ${id}`);
    return;
  }
  const existing = await readExisting(made);
  out.print({ id, created, ...existingFields(existing) }, () => id);
  if (hasNoVideo(existing)) throw new CliError(EXIT.noVideo, existingText(existing));
  out.note((paint) =>
    existing === undefined ? `It existed already; follow it with: kieq watch ${id}` : existingText(existing, paint),
  );
}

/** Before it is followed. */
async function say({ out }: Context, made: Enqueued): Promise<void> {
  if (made.created) return out.note(`${made.id} is enqueued`);
  const existing = await readExisting(made);
  out.note((paint) => (existing === undefined ? `${made.id} existed already` : existingText(existing, paint)));
}
