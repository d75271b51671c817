import { KLING_MODEL } from '@kieq/kie';
import { CliError, EXIT } from '../exit.ts';
import { jsonOf } from '@kieq/queue';
import { checkItem, isObject, type Item } from './item.ts';

/** The form for one generation. */
export interface SingleOptions {
  readonly model: string;
  readonly prompt?: string;
  readonly duration?: string;
  readonly sound?: true;
  /** JSON text of an object; its fields win. */
  readonly input?: string;
  readonly idempotencyKey?: string;
  readonly tenant?: string;
  readonly priority?: number;
}

/** Kie applies none of its documented defaults; these are its cheapest values. */
const KLING_DEFAULTS = { duration: '5', sound: false };

/**
 * @param images the fields of the input that name images
 * @throws CliError `usage`
 */
export function itemOfOptions(options: SingleOptions, images: Readonly<Record<string, unknown>>): Item {
  const { model, prompt, duration, sound, input, idempotencyKey, tenant, priority } = options;
  const given = defined({ prompt, ...images, duration, sound });
  const defaults = model === KLING_MODEL ? KLING_DEFAULTS : {};
  const check = checkItem(
    { model, input: { ...defaults, ...given, ...moreInput(input) } },
    defined({ idempotencyKey, tenant, priority }),
  );
  if (check.ok) return check.item;
  throw new CliError(EXIT.usage, `nothing was enqueued: ${check.problems.join('; ')}`);
}

function defined(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function moreInput(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  const value = jsonOf(text);
  if (!isObject(value)) throw new CliError(EXIT.usage, '--input must be a JSON object');
  return value;
}
