import { parseEnvironment, type Environment } from '@kieq/config';
import { uploadUrl } from '@kieq/domain';
import { createProducer, ProducerError, type Enqueued, type Producer } from '@kieq/producer';
import type { FileStore } from '@kieq/storage';
import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { addRequestOptions } from '../enqueue/request-options.ts';
import { existingFields, existingText, hasNoVideo, readExisting } from '../enqueue/existing.ts';
import { itemOfOptions, type SingleOptions } from '../enqueue/single-item.ts';
import type { Item } from '../enqueue/item.ts';
import { CliError, EXIT } from '../exit.ts';
import { followAndDeliver } from '../follow/deliver.ts';
import { targetOf } from '../follow/save-result.ts';
import { wholeNumber } from '../forms.ts';
import { dropImages, dropUnnamed, keepImages, readImage, type LocalImage } from '../images/local-images.ts';
import { openPoolStore } from '../images/pool-store.ts';
import { noteNobody } from '../nobody.ts';
import { withPool, type Pool } from '../pool.ts';

interface GenerateOptions extends SingleOptions {
  readonly imageField: string;
  readonly wait?: true;
  readonly output?: string;
  readonly timeout?: number;
}

const MORE = `An image is a file of this machine or an address that Kie can fetch. A file is kept in the upload store
(UPLOAD_STORE_URL, which the workers must share) until a worker passes it to Kie.
Ctrl-C while waiting cancels nothing: the generation goes on, and kieq watch follows it again.
Without an --idempotency-key each run makes a new, paid generation. With one that was used before, it tells how the
generation of that key stands, and ends as waiting for it would.`;

export function addGenerate(parent: Command, context: Context): void {
  const command = addCommand(parent, {
    usage: 'generate [images...]',
    summary: 'make a video of images: enqueue one generation, and with --wait follow it to its end',
    examples: [
      'kieq generate cat.jpg --prompt "a slow pan" --wait',
      'kieq generate cat.jpg --prompt "a slow pan" --duration 10 --sound -o cat.mp4',
      'kieq generate https://example.com/cat.jpg --prompt "a slow pan" --idempotency-key cat-1',
      'kieq generate cat.jpg --model other/model --image-field image_url --input \'{"prompt":"a slow pan"}\' --wait',
    ],
    more: MORE,
  });
  addRequestOptions(command)
    .option('--image-field <name>', 'field of the input that takes the image', 'image_urls')
    .option('--wait', 'follow it until it has ended')
    .option('-o, --output <file>', 'save the video there, a file or a folder; waits for it')
    .option('--timeout <seconds>', 'wait so long at most', wholeNumber(1, 604_800))
    .action((images: string[], options: GenerateOptions) => generate(context, images, options));
}

async function generate(context: Context, sources: readonly string[], options: GenerateOptions): Promise<void> {
  const env = parseEnvironment(context.env, ['redis', 'files', 'outbound']);
  const target = options.output === undefined ? undefined : await targetOf(options.output);
  const { item, files } = await requestOf(sources, options);
  const waits = options.wait === true || target !== undefined || options.timeout !== undefined;
  await withPool(env, async (pool) => {
    const producer = await createProducer({ redis: env.redisUrl, prefix: env.prefix });
    try {
      const made = await enqueueWithImages(context, env, pool, producer, item, files);
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
    await noteNobody(context, pool);
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

interface Wanted {
  readonly item: Item;
  /** Images that must be kept before it is enqueued. */
  readonly files: readonly LocalImage[];
}

/** @throws CliError `usage` */
async function requestOf(sources: readonly string[], options: GenerateOptions): Promise<Wanted> {
  const tenant = options.tenant ?? 'default';
  const images = await Promise.all(
    sources.map(async (source) => (/^https?:\/\//i.test(source) ? source : readImage(source, tenant))),
  );
  const addresses = images.map((image) => (typeof image === 'string' ? image : uploadUrl(image.ref)));
  return {
    item: itemOfOptions(options, imageInput(options.imageField, addresses)),
    files: images.filter((image) => typeof image !== 'string'),
  };
}

/** `image_urls` is a list; every other field takes one image. */
function imageInput(field: string, addresses: readonly string[]): Readonly<Record<string, unknown>> {
  const [first, ...more] = addresses;
  if (first === undefined) return {};
  if (field === 'image_urls') return { image_urls: addresses };
  if (more.length > 0) throw new CliError(EXIT.usage, `nothing was enqueued: input.${field} takes one image`);
  return { [field]: first };
}

async function enqueueWithImages(
  context: Context,
  env: Environment<'files'>,
  pool: Pool,
  producer: Producer,
  item: Item,
  files: readonly LocalImage[],
): Promise<Enqueued> {
  if (files.length === 0) return producer.enqueue(item.request, item.options);
  const store = await openPoolStore(context, pool, env);
  try {
    await keepImages(store, files);
    const made = await enqueueKept(store, producer, item, files);
    if (!made.created) await dropUnnamed(store, pool.ledger, made.id, files);
    return made;
  } finally {
    await store.close();
  }
}

async function enqueueKept(
  store: FileStore,
  producer: Producer,
  { request, options }: Item,
  files: readonly LocalImage[],
): Promise<Enqueued> {
  try {
    return await producer.enqueue(request, options);
  } catch (error) {
    // After any other error nobody knows whether a generation names them.
    const isRefused = error instanceof ProducerError && REFUSALS.has(error.code);
    if (isRefused) await dropImages(store, files);
    throw error;
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['invalid_request', 'idempotency_conflict']);
