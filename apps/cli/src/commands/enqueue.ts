import { parseEnvironment } from '@kieq/config';
import { KLING_DURATIONS, KLING_MODEL } from '@kieq/kie';
import { Option, type Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { enqueueAll } from '../enqueue/enqueue-all.ts';
import { itemsOfFile } from '../enqueue/file-items.ts';
import { itemOfOptions, type SingleOptions } from '../enqueue/single-item.ts';
import { collect, wholeNumber } from '../forms.ts';

const MORE = `A line of --from is {"request": {"model": …, "input": {…}}, "options": {…}}; options are those of the producer, such as
idempotencyKey, tenant, priority, delayMs, deadlineMs, callBackUrl, metadata. If one line is wrong, nothing is enqueued.
Lines with an idempotencyKey can be repeated safely; others make a new, paid generation each time.`;

export function addEnqueue(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'enqueue',
    summary: 'enqueue one generation, or one for each line of a file, and print the ids',
    examples: [
      'kieq enqueue --prompt "a slow pan" --image-url https://example.com/cat.jpg --idempotency-key cat-1',
      'kieq enqueue --from requests.jsonl',
    ],
    more: MORE,
  })
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
    .option('--model <model>', 'model of Kie', KLING_MODEL)
    .option('--prompt <text>', 'what to show')
    .option('--image-url <url>', 'where Kie fetches an image; may be given several times', collect)
    .addOption(new Option('--duration <seconds>', `default 5 for ${KLING_MODEL}`).choices(KLING_DURATIONS))
    .option('--sound', 'with sound')
    .option('--input <json>', 'more fields of the input, as a JSON object')
    .option('--idempotency-key <key>', 'the same key is the same generation')
    .option('--tenant <name>', 'whose it is')
    .option('--priority <n>', '1 comes first', wholeNumber(1, 1000))
    .action((options: SingleOptions & { readonly from?: string }) => enqueue(context, options));
}

async function enqueue(
  context: Context,
  { from, ...single }: SingleOptions & { readonly from?: string },
): Promise<void> {
  const place = parseEnvironment(context.env, ['redis']);
  const items = from === undefined ? [itemOfOptions(single)] : await itemsOfFile(context.io, from);
  await enqueueAll(context, place, items);
}
