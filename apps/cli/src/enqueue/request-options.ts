import { KLING_DURATIONS, KLING_MODEL } from '@kieq/kie';
import { Option, type Command } from 'commander';
import { wholeNumber } from '../forms.ts';

/** The options of one generation, which several commands share; `SingleOptions` is what they become. */
export function addRequestOptions(command: Command): Command {
  return command
    .option('--model <model>', 'model of Kie', KLING_MODEL)
    .option('--prompt <text>', 'what to show')
    .addOption(new Option('--duration <seconds>', `default 5 for ${KLING_MODEL}`).choices(KLING_DURATIONS))
    .option('--sound', 'with sound')
    .option('--input <json>', 'more fields of the input, as a JSON object')
    .option('--idempotency-key <key>', 'the same key is the same generation')
    .option('--tenant <name>', 'whose it is')
    .option('--priority <n>', '1 comes first', wholeNumber(1, 1000));
}
