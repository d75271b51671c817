import { KLING_MODEL } from '@kieq/kie';
import { CliError, EXIT } from '../exit.ts';
import { checkItem, isObject, type CheckedItem } from './item.ts';
import { jsonValue } from './json-lines.ts';

/** The options of one request. */
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
  /** Refuse what differs from the catalogue of models. */
  readonly strict?: true;
}

/** Kie applies none of its documented defaults; these are its cheapest values. */
const KLING_DEFAULTS = { duration: '5', sound: false };

/**
 * @param images the fields of the input that name images
 * @throws CliError `usage`
 */
export function itemOfOptions(options: SingleOptions, images: Readonly<Record<string, unknown>>): CheckedItem {
  const { model, prompt, duration, sound, input, idempotencyKey, tenant, priority, strict } = options;
  refuseUndecoded({ prompt, input, idempotencyKey });
  const given = defined({ prompt, ...images, duration, sound });
  const defaults = model === KLING_MODEL ? KLING_DEFAULTS : {};
  const check = checkItem(
    { model, input: { ...defaults, ...given, ...moreInput(input) } },
    defined({ idempotencyKey, tenant, priority }),
    strict,
  );
  if (check.ok) return check;
  throw new CliError(EXIT.usage, `nothing was enqueued: ${check.problems.join('; ')}`);
}

/**
 * Arguments come decoded: bytes that were no text are U+FFFD by now, and Kie would be paid for them.
 * @throws CliError `usage`
 */
function refuseUndecoded(given: Readonly<Record<string, string | undefined>>): void {
  const name = Object.keys(given).find((one) => given[one]?.includes('\ufffd'));
  if (name === undefined) return;
  const flag = name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  const meant = String.raw`to send U+FFFD itself, write it as \ufffd in a file for --from`;
  throw new CliError(EXIT.usage, `nothing was enqueued: --${flag} is not UTF-8 (${meant})`);
}

function defined(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function moreInput(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  const value = jsonValue(text);
  if (!isObject(value)) throw new CliError(EXIT.usage, '--input must be a JSON object');
  return value;
}
