import { parseEnvironment } from '@kieq/config';
import { Option, type Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { enqueueAll } from '../enqueue/enqueue-all.ts';
import { itemsOfFile } from '../enqueue/file-items.ts';
import { addRequestOptions } from '../enqueue/request-options.ts';
import { itemOfOptions, type SingleOptions } from '../enqueue/single-item.ts';
import { collect } from '../forms.ts';

const MORE = `A line of --from is {"request": {"model": …, "input": {…}}, "options": {…}}; options are those of the producer, such as
idempotencyKey, tenant, priority, delayMs, deadlineMs, callBackUrl, metadata. If one line is wrong, nothing is enqueued.
Lines with an idempotencyKey can be repeated safely; others make a new, paid generation each time. Of one that was made
before, its state is told, and where it has ended without a video the exit code is that of waiting for it.`;

export function addEnqueue(parent: Command, context: Context): void {
  const command = addCommand(parent, {
    usage: 'enqueue',
    summary: 'enqueue one generation, or one for each line of a file, and print the ids',
    examples: [
      'kieq enqueue --prompt "a slow pan" --image-url https://example.com/cat.jpg --idempotency-key cat-1',
      'kieq enqueue --from requests.jsonl',
    ],
    more: MORE,
  });
  addRequestOptions(command)
    .addOption(
      new Option('--from <file>', 'JSON lines; - is the standard input').conflicts([
        'prompt',
        'imageUrl',
        'duration',
        'sound',
        'input',
        'idempotencyKey',
        'tenant',
        'priority',
      ]),
    )
    .option('--image-url <url>', 'where Kie fetches an image; may be given several times', collect)
    .action((options: EnqueueOptions) => enqueue(context, options));
}

interface EnqueueOptions extends SingleOptions {
  readonly from?: string;
  readonly imageUrl?: readonly string[];
}

async function enqueue(context: Context, { from, imageUrl, ...single }: EnqueueOptions): Promise<void> {
  const place = parseEnvironment(context.env, ['redis']);
  const images = imageUrl === undefined ? {} : { image_urls: imageUrl };
  const warn = (text: string): void => context.out.note(`warning: ${text}`);
  const items = from === undefined ? [itemOfOptions(single, images)] : await itemsOfFile(context.io, from, warn);
  await enqueueAll(context, place, items);
}
