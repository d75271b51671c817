import { parseEnvironment } from '@kieq/config';
import { estimateAll as estimates, priceKinds, requestWarnings, ruleText, type LearnedPrices } from '@kieq/models';
import type { Context } from '../context.ts';
import { itemsOfFile } from '../enqueue/file-items.ts';
import { isObject } from '../enqueue/item.ts';
import { jsonValue } from '../enqueue/json-lines.ts';
import { CliError, EXIT } from '../exit.ts';
import { endingOf } from '../failure.ts';
import { withPool } from '../pool.ts';
import { estimatesText } from '../text/models.ts';

export interface EstimateOptions {
  readonly model?: string;
  /** JSON text of an object. */
  readonly input?: string;
  /** File of requests; `-` for the standard input. */
  readonly from?: string;
}

type Requests = Parameters<typeof estimates>[0];

/** @throws CliError `usage` */
export async function estimateAll(context: Context, { model, input, from }: EstimateOptions): Promise<void> {
  const { out, io } = context;
  const warn = (text: string): void => out.note(`warning: ${text}`);
  const requests = from === undefined ? one(model, input, warn) : await all(io, from, warn);
  const found = estimates(requests, await learnedBy(context, requests));
  out.print(found, (paint) => estimatesText(found, paint));
}

/** What Kie billed the pool of the environment; nothing where no pool is named or it does not answer. */
async function learnedBy({ env, out }: Context, requests: Requests): Promise<LearnedPrices> {
  if ((env['REDIS_URL'] ?? '') === '') return new Map();
  try {
    const kinds = priceKinds(requests);
    return await withPool(parseEnvironment(env, ['redis']), ({ ledger }) => ledger.read.billedPrices(kinds));
  } catch (error) {
    const { exitCode, message } = endingOf(error);
    if (exitCode === EXIT.defect) throw error;
    out.note(`warning: the price lists alone are used, since what Kie billed this pool cannot be read: ${message}`);
    return new Map();
  }
}

async function all(io: Context['io'], from: string, warn: (text: string) => void): Promise<Requests> {
  return (await itemsOfFile(io, from, warn)).map(({ request }) => request);
}

function one(model: string | undefined, text: string | undefined, warn: (text: string) => void): Requests {
  if (model === undefined) throw new CliError(EXIT.usage, 'give --model or --from');
  const input = text === undefined ? {} : jsonValue(text);
  if (!isObject(input)) throw new CliError(EXIT.usage, '--input must be a JSON object');
  // Fields that are absent make a range here, so only those that are given can be wrong.
  const wrong = requestWarnings(model, input).filter(({ rule }) => !rule.startsWith('is required'));
  for (const warning of wrong) warn(`${warning.field} ${ruleText(warning)}`);
  return [{ model, input }];
}
