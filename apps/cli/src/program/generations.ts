import { ENDED_STATES, GENERATION_STATES } from '@kieq/domain';
import { KLING_DURATIONS, KLING_MODEL } from '@kieq/kie';
import { Option, type Command } from 'commander';
import type { EnqueueOptions } from '../commands/enqueue.ts';
import type { GenerateOptions } from '../commands/generate.ts';
import type { ListOptions } from '../commands/list.ts';
import type { ListenFlags } from '../commands/listen.ts';
import type { WatchOptions } from '../commands/watch.ts';
import type { Context } from '../context.ts';
import { LIST_FIELD } from '../enqueue/one-or-each.ts';
import { addCommand, collect, timeSpan, wholeNumber } from './command.ts';

/** Commands that make and read generations. Each loads its code when it runs, so that help and completion stay fast. */
export function addGenerationCommands(program: Command, context: Context): void {
  for (const add of [addGenerate, addEnqueue, addWatch, addListen, addList, addShow, addResult, addCancel, addAdopt])
    add(program, context);
}

const WEEK_SECONDS = 604_800;

/** The options of one request, which `generate` and `enqueue` share; `SingleOptions` is what they become. */
function addRequestOptions(command: Command): Command {
  return command
    .option('--model <model>', 'Kie model', KLING_MODEL)
    .option('--prompt <text>', 'what the video shows')
    .addOption(new Option('--duration <seconds>', `default 5 for ${KLING_MODEL}`).choices(KLING_DURATIONS))
    .option('--sound', 'with sound')
    .option('--input <json>', 'more fields of the input, as a JSON object')
    .option('--strict', 'refuse an input that differs from the catalogue of models, instead of warning')
    .option('--idempotency-key <key>', 'the same key returns the same generation')
    .option('--tenant <name>', 'tenant that owns the generation')
    .option('--priority <n>', '1 comes first', wholeNumber(1, 1000));
}

function addGenerate(parent: Command, context: Context): void {
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
    more: `An image is a file of this machine or an address that Kie can fetch. A file stays in the upload store
(UPLOAD_STORE_URL, which the workers must share) until a worker passes it to Kie.
Several images become one generation each with --each, or one generation of all with --together. Without either the
command asks; without a terminal it enqueues nothing. With --each the idempotency key of a generation is the given key
followed by 16 digits of the SHA-256 of its image, and the exit code covers all of them.
Ctrl-C while waiting cancels nothing: the generation continues, and kieq watch follows it again.
Without --idempotency-key each run makes a new, paid generation. With a key that was used before, the command prints
the state of the generation of that key and ends as waiting for it would.`,
  });
  addRequestOptions(command)
    .option('--image-field <name>', 'field of the input that takes the image', LIST_FIELD)
    .option('--each', 'several images: one generation of each')
    .option('--together', 'several images: one generation of all')
    .option('--wait', 'follow the generation until it has ended')
    .option('-o, --output <file>', 'save the video to this file or folder; implies --wait')
    .option('--timeout <seconds>', 'wait at most this long', wholeNumber(1, WEEK_SECONDS))
    .action(async (images: string[], options: GenerateOptions) =>
      (await import('../commands/generate.ts')).generate(context, images, options),
    );
}

function addEnqueue(parent: Command, context: Context): void {
  const command = addCommand(parent, {
    usage: 'enqueue',
    summary: 'enqueue one generation, or one for each line of a file, and print the ids',
    examples: [
      'kieq enqueue --prompt "a slow pan" --image-url https://example.com/cat.jpg --idempotency-key cat-1',
      'kieq enqueue --from requests.jsonl',
    ],
    more: `A line of --from is {"request": {"model": …, "input": {…}}, "options": {…}}; the options are those of the producer, such
as idempotencyKey, tenant, priority, delayMs, deadlineMs, callBackUrl, metadata. If one line is wrong, nothing is enqueued.
Lines with an idempotencyKey can be repeated safely; each other line makes a new, paid generation each time. For a
generation that exists already, the command prints its state; if it has ended without a video, the exit code is that of
waiting for it.`,
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
    .action(async (options: EnqueueOptions) => (await import('../commands/enqueue.ts')).enqueue(context, options));
}

function addWatch(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'watch [id]',
    summary: 'follow one generation to its end, or the pool until Ctrl-C',
    examples: ['kieq watch', 'kieq watch gen_01k9x2 -o cat.mp4', 'kieq watch --every 60 --json >> pool.jsonl'],
    more: `For a generation it ends as kieq generate --wait does. For the pool it refreshes a page on a terminal and prints a
line per refresh elsewhere; with --json each line is the document of kieq status.`,
  })
    .option('-o, --output <file>', 'one generation: save the video to this file or folder')
    .option('--timeout <seconds>', 'one generation: wait at most this long', wholeNumber(1, WEEK_SECONDS))
    .option('--every <seconds>', 'pool: interval between refreshes', wholeNumber(1, 3600), 2)
    .option('--times <n>', 'pool: end after this many refreshes', wholeNumber(1, 1_000_000))
    .action(async (id: string | undefined, options: WatchOptions) =>
      (await import('../commands/watch.ts')).watch(context, id, options),
    );
}

function addListen(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'listen',
    summary: 'forward the webhooks of generations to an address of this machine, until Ctrl-C',
    examples: [
      'kieq listen --forward-to localhost:3000/webhooks/kieq',
      'kieq listen --forward-to localhost:3000/webhooks/kieq --since 10m --state succeeded',
      'export WEBHOOK_SECRET=$(kieq listen --print-secret)',
    ],
    more: `It follows the gateway at GATEWAY_URL with the key in GATEWAY_KEY, and posts what a worker would send to a
callBackUrl, for every generation that ends, with or without one. Real deliveries go on unaffected. It prints the secret
that signs the requests, which stays the same; with GATEWAY_WEBHOOK_SECRET in the environment it signs with that one.
A receiver that is away is tried for a minute. With --json each webhook is one line.`,
  })
    .option('--forward-to <address>', 'receiver, such as localhost:3000/webhooks/kieq')
    .addOption(new Option('--state <state...>', 'only ends in these states').choices(ENDED_STATES))
    .option('--since <time>', 'also ends of the last time, such as 10m; the pool keeps about 10 000 changes', timeSpan)
    .option('--tenant <name>', "with an operator's key: only this tenant")
    .option('--print-secret', 'print the secret and end')
    .action(async (flags: ListenFlags) => (await import('../commands/listen.ts')).listen(context, flags));
}

function addList(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'list',
    summary: 'generations, the newest in their state first',
    examples: ['kieq list', 'kieq list --state unknown --limit 100 --json'],
  })
    .addOption(new Option('--state <state>', 'only this state').choices(GENERATION_STATES))
    .option('--limit <n>', 'maximum number', wholeNumber(1, 10_000), 20)
    .action(async (options: ListOptions) => (await import('../commands/list.ts')).list(context, options));
}

function addShow(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'show <id>',
    summary: 'everything about one generation: attempts with evidence, result, dead letter with the commands to go on',
    examples: ['kieq show gen_01k9x2'],
  }).action(async (id: string) => (await import('../commands/list.ts')).show(context, id));
}

function addResult(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'result <id>',
    summary: 'the links to the video of a generation that has ended, or the video itself',
    examples: ['kieq result gen_01k9x2', 'kieq result gen_01k9x2 -o cat.mp4'],
    more: `The exit code is 6 if the generation ended without a video, and 4 while it has not ended: kieq watch waits for it.
Kie's links expire within about a day. If ARCHIVE_URL is set, an archived video comes from the archive, else from Kie's
link.`,
  })
    .option('-o, --output <file>', 'save the video to this file or folder')
    .action(async (id: string, options: { output?: string }) =>
      (await import('../commands/result.ts')).result(context, id, options.output),
    );
}

function addCancel(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'cancel <id>',
    summary: 'cancel a generation while it is queued',
    examples: ['kieq cancel gen_01k9x2'],
    more: 'A submitted generation cannot be cancelled, because Kie cannot cancel a task; then the exit code is 4.',
  }).action(async (id: string) => (await import('../commands/cancel.ts')).cancel(context, id));
}

function addAdopt(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'adopt <generation> <taskId>',
    summary: 'bind a paid task from the Kie account to the generation whose createTask response was lost',
    examples: ['kieq adopt gen_01k9x2 281e5b0f39b9', 'kieq adopt gen_01k9x2 281e5b0f39b9 --confirm'],
    more: `The command reads the task from Kie, so KIE_API_KEY must be the key of the pool. A task with the callback address of an
attempt proves itself; any other task needs --confirm. Without it the command says whether model, input and time match,
and which fields differ. A task with another callback address belongs to another system and cannot be confirmed.`,
  })
    .option('--confirm', 'adopt a task that does not prove itself')
    .action(async (id: string, taskId: string, options: { confirm?: true }) =>
      (await import('../commands/adopt.ts')).adoptTask(context, id, taskId, options.confirm ?? false),
    );
}
