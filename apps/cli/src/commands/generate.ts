import { parseEnvironment } from '@kieq/config';
import { createProducer, type Enqueued } from '@kieq/producer';
import type { Context } from '../context.ts';
import { existingFields, existingText, hasNoVideo, readExisting } from '../enqueue/existing.ts';
import { generateEach } from '../enqueue/generate-each.ts';
import { type GroupingFlags, groupingOf } from '../enqueue/one-or-each.ts';
import type { SingleOptions } from '../enqueue/single-item.ts';
import { CliError, EXIT } from '../exit.ts';
import { followAndDeliver } from '../follow/deliver.ts';
import { targetOf } from '../follow/save-result.ts';
import { enqueueWithImages, requestOf, withStoreFor } from '../images/with-images.ts';
import { noteMissingWorkers, type Pool, withPool } from '../pool.ts';

export interface GenerateOptions extends SingleOptions, GroupingFlags {
  readonly wait?: true;
  readonly output?: string;
  readonly timeout?: number;
}

export async function generate(context: Context, sources: readonly string[], options: GenerateOptions): Promise<void> {
  const env = parseEnvironment(context.env, ['redis', 'files', 'outbound']);
  const target = options.output === undefined ? undefined : await targetOf(options.output);
  if ((await groupingOf(context, sources, options)) === 'each')
    return generateEach(context, sources, { ...env, ...options, target });
  const { item, files, warnings } = await requestOf(sources, options);
  for (const text of warnings) context.out.note(`warning: ${text}`);
  const waits = options.wait === true || target !== undefined || options.timeout !== undefined;
  await withPool(env, async (pool) => {
    const producer = await createProducer({ redis: env.redisUrl, prefix: env.prefix });
    try {
      const made = await withStoreFor(context, env, pool, files.length > 0, (store) =>
        enqueueWithImages(store, pool, producer, item, files),
      );
      if (!waits) return print(context, pool, made);
      await note(context, made);
      const timeoutMs = options.timeout === undefined ? undefined : options.timeout * 1000;
      await followAndDeliver(context, pool, made, { ...env, target, timeoutMs });
    } finally {
      await producer.close();
    }
  });
}

/** @throws CliError `no video` where it had been made before, and has ended without one */
async function print(context: Context, pool: Pool, made: Enqueued): Promise<void> {
  const { out } = context;
  const { id, created } = made;
  if (created) {
    await noteMissingWorkers(context, pool);
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
async function note({ out }: Context, made: Enqueued): Promise<void> {
  if (made.created) return out.note(`${made.id} is enqueued`);
  const existing = await readExisting(made);
  out.note((paint) => (existing === undefined ? `${made.id} existed already` : existingText(existing, paint)));
}
