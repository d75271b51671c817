import { GATE_REASONS } from '@kieq/domain';
import { Argument, Option, type Command } from 'commander';
import type { Shell } from '../commands/completion.ts';
import type { EstimateOptions } from '../commands/estimate.ts';
import type { PruneOptions } from '../commands/prune.ts';
import type { Context } from '../context.ts';
import { SETTING_KEYS, TAKES_EFFECT } from '../setting-keys.ts';
import { addCommand, wholeNumber } from './command.ts';

/** Commands that read and change the pool as a whole. Each loads its code when it runs. */
export function addPoolCommands(program: Command, context: Context): void {
  for (const add of [addStatus, addStats, addPause, addResume, addConfig, addPrune, addDoctor]) add(program, context);
}

/** Commands that need no pool. */
export function addToolCommands(program: Command, context: Context): void {
  for (const add of [addModels, addEstimate, addSchema, addCompletion]) add(program, context);
}

function addModels(parent: Command, context: Context): void {
  const models = addCommand(parent, {
    usage: 'models [id]',
    summary:
      'the models that the catalogue knows, or one: its input, what it takes for images, sound and length, prices',
    examples: ['kieq models', 'kieq models kling-3.0/video', 'kieq models kling-3.0/video --json | jq .inputSchema'],
    more: `The facts come from public sources and can be old or wrong. A request may use a model that the catalogue does not
have. The command needs neither Redis nor Kie.`,
  }).action(async (id: string | undefined) => (await import('../commands/models.ts')).models(context, id));
  addCommand(models, {
    usage: 'refresh',
    summary: "read Kie's own catalogue into the pool, and show where it differs from the built-in facts",
    examples: ['kieq models refresh', "kieq models refresh --json | jq '.models[] | select(.differences != [])'"],
    more: `Kie allows one request per second for it, so this takes about two minutes. What Kie says is kept in the pool, is
shown by GET /v1/models/{id}, and never refuses a request. It needs REDIS_URL and KIE_API_KEY.`,
  }).action(async () => (await import('../commands/models-refresh.ts')).refreshModels(context));
}

function addEstimate(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'estimate',
    summary: 'what a request will probably cost, or each line of a file; nothing is enqueued',
    examples: [
      `kieq estimate --model kling-3.0/video --input '{"duration":"10","mode":"std","sound":true}'`,
      'kieq estimate --from requests.jsonl --json | jq .total',
    ],
    more: `Fields that are absent count as their documented default, else as any value, so the estimate is a range. The file is
that of kieq enqueue. With REDIS_URL, what Kie last billed the pool for such a request wins over the price list (source
learned); without it the command needs neither Redis nor Kie. What Kie bills is creditsConsumed of the generation.`,
  })
    .option('--model <model>', 'Kie model')
    .option('--input <json>', 'fields of the input, as a JSON object')
    .addOption(new Option('--from <file>', 'JSON lines; - is the standard input').conflicts(['model', 'input']))
    .action(async (options: EstimateOptions) =>
      (await import('../commands/estimate.ts')).estimateAll(context, options),
    );
}

function addStatus(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'status',
    summary:
      'the pool at a glance: gates, what holds submissions back, workers, states, dead letters, queues, counters, settings',
    examples: ['kieq status', 'kieq status --json | jq .binding'],
  }).action(async () => (await import('../commands/status.ts')).status(context));
}

function addStats(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'stats',
    summary: 'results of the last hour, credits, counters over the life of the pool, durations of tasks',
    examples: ['kieq stats', 'kieq stats --json | jq .lastHour.successRate'],
  }).action(async () => (await import('../commands/stats.ts')).stats(context));
}

function addPause(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'pause',
    summary: 'stop all submissions of the pool until `kieq resume`; workers continue to poll running tasks',
    examples: ['kieq pause --reason "prices are being checked"'],
  })
    .option('--reason <text>', 'shown in the status', 'paused by hand')
    .action(async (options: { reason: string }) =>
      (await import('../commands/pause.ts')).pause(context, options.reason),
    );
}

function addResume(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'resume',
    summary: 'open the gate that `kieq pause` closed, or any other by its name',
    examples: ['kieq resume', 'kieq resume credits'],
    more: 'Other gates open by themselves. If the cause of a gate remains, the next refusal closes it again.',
  })
    // The choices serve help and completion: a gate that a newer version closed can be opened, too.
    .addArgument(
      new Argument('[gate]', 'the gate to open')
        .choices(GATE_REASONS)
        .argParser((text) => text)
        .default('paused'),
    )
    .action(async (gate: string) => (await import('../commands/pause.ts')).resume(context, gate));
}

function addConfig(parent: Command, context: Context): void {
  const config = parent.command('config').description('the settings that all processes of the pool share');
  addCommand(config, {
    usage: 'get',
    summary: 'the settings of the pool as stored in Redis',
    examples: ['kieq config get', 'kieq config get --json | jq -r .submitLimit'],
  }).action(async () => (await import('../commands/config.ts')).configGet(context));
  addCommand(config, {
    usage: 'set <setting> <value>',
    summary: 'change one setting of the pool',
    examples: ['kieq config set submitLimit 40', 'kieq config set intentDurability replica:1'],
    more: `${TAKES_EFFECT}\n\nSettings: ${Object.keys(SETTING_KEYS).join(', ')}.`,
  }).action(async (setting: string, value: string) =>
    (await import('../commands/config.ts')).configSet(context, setting, value),
  );
  addCommand(config, {
    usage: 'apply',
    summary: 'make the whole environment, as a worker would read it, the settings of the pool',
    examples: ['kieq config apply', 'KIEQ_SUBMIT_LIMIT=40 kieq config apply --yes'],
    more: `The command shows the differences first. ${TAKES_EFFECT}`,
  })
    .option('--yes', 'do not ask for confirmation')
    .action(async (options: { yes?: true }) =>
      (await import('../commands/config.ts')).configApply(context, options.yes),
    );
}

function addPrune(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'prune',
    summary: 'remove archived files by age, by size, and of deleted generations',
    examples: [
      'kieq prune --max-age-days 90 --dry-run',
      'kieq prune --max-megabytes 500000 --yes',
      'kieq prune --unknown --dry-run',
    ],
    more: `The command removes files of deleted generations, unfinished files of killed processes (older than a day), and by the
limits the oldest files; a poster goes with its video. Files that an unfinished generation needs stay, and so do files
that are not kieq's. Files of generations that the pool does not know stay without --unknown: after a loss of Redis, or
with another KIEQ_PREFIX, these are all files.`,
  })
    .option('--max-age-days <n>', 'remove files that were saved longer ago', wholeNumber(1, 100_000))
    .option(
      '--max-megabytes <n>',
      'remove the oldest files until the rest is at most this large',
      wholeNumber(0, 999_999_999),
    )
    .option('--unknown', 'also remove files of generations that the pool does not know')
    .option('--dry-run', 'print what would be removed and remove nothing')
    .option('--yes', 'do not ask for confirmation')
    .action(async (options: PruneOptions) => (await import('../commands/prune.ts')).prune(context, options));
}

function addDoctor(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'doctor',
    summary: 'what is wrong, or will be, and how to fix it',
    examples: ['kieq doctor', 'kieq doctor --json | jq -r \'.findings[] | select(.level != "ok") | .message\''],
    more: `Run it with the environment of a worker. It checks Redis (version, eviction, persistence, memory, latency), the pool's
settings and limits, Kie (key, credits), the clocks, the path of callbacks (PUBLIC_URL), the upload store, workers, gates
and dead letters. It changes nothing, costs no credits, and says how to fix each finding.
Exit code: 0 nothing to do, 7 warnings, 8 problems.`,
  }).action(async () => (await import('../commands/doctor.ts')).doctor(context));
}

function addSchema(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'schema',
    summary: 'the JSON Schema of a job that any BullMQ client may add to the queue `submit`',
    examples: ['kieq schema > submit-job.schema.json'],
  }).action(async () => (await import('../commands/schema.ts')).schema(context));
}

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

function addCompletion(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'completion',
    summary: 'a script that completes commands, options and their values in a shell',
    examples: ['eval "$(kieq completion bash)"', 'kieq completion fish | source'],
    more: `bash, in ~/.bashrc:                     eval "$(kieq completion bash)"
zsh, in ~/.zshrc after compinit:        eval "$(kieq completion zsh)"
fish, in ~/.config/fish/config.fish:    kieq completion fish | source`,
  })
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .action(async (shell: Shell) => (await import('../commands/completion.ts')).completion(context, parent, shell));
}
