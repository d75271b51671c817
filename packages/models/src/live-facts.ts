import type { InputField, KieModel } from './model.ts';

/** What Kie's own catalogue said about a model, unread. */
export interface LiveFacts {
  /** A JSON value: OpenAPI or JSON Schema. */
  readonly schema?: unknown;
  /** Prose. */
  readonly price?: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

const NAMES_AT_MOST = 500;
const DIFFERENCES_AT_MOST = 20;
/** Levels of a schema that are searched for the fields of the input, and objects on the way. */
const [LEVELS, OBJECTS] = [14, 2000];
const MODEL_NAME = /^[\w./-]{1,80}$/;
const FIELD_NAME = /^\w{1,60}$/;

/** Names of models in an answer whose form is not documented: texts, or objects with an id or a name. */
export function modelNames(data: unknown): string[] {
  const list = listIn(data);
  const names = list.flatMap(
    (one) => (isObject(one) ? [one['id'], one['model'], one['name']].find(isName) : one) ?? [],
  );
  return [...new Set(names.filter(isName))].slice(0, NAMES_AT_MOST);
}

function listIn(data: unknown): readonly unknown[] {
  if (Array.isArray(data)) return data;
  if (!isObject(data)) return [];
  return [data['models'], data['list'], data['records'], data['items'], data['data']].find(Array.isArray) ?? [];
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && MODEL_NAME.test(value);
}

/**
 * Where Kie's own catalogue differs from the built-in facts, as sentences. What cannot be read with certainty is no
 * difference: the schema may have any form, and the price is prose.
 */
export function liveDifferences(model: KieModel, { schema, price }: LiveFacts): string[] {
  return [...fieldDifferences(model, schema), ...priceDifferences(model, price)].slice(0, DIFFERENCES_AT_MOST);
}

function fieldDifferences({ input, disputedFields = [] }: KieModel, schema: unknown): string[] {
  const found = inputIn(schema);
  if (found === undefined) return [];
  const { properties, required } = found;
  const names = Object.keys(properties).filter((name) => FIELD_NAME.test(name));
  const isOpen = (name: string): boolean => disputedFields.includes(name);
  const added = names.filter((name) => input[name] === undefined && !isOpen(name));
  const gone = Object.keys(input).filter((name) => properties[name] === undefined && !isOpen(name));
  return [
    ...added.map((name) => `input.${name} is new`),
    ...gone.map((name) => `input.${name} is gone`),
    ...names.flatMap((name) => {
      const field = input[name];
      return field === undefined ? [] : fieldChanges(name, field, properties[name], required);
    }),
  ];
}

function fieldChanges(
  name: string,
  field: InputField,
  live: unknown,
  required: readonly unknown[] | undefined,
): string[] {
  if (!isObject(live)) return [];
  const { type, enum: values } = live;
  const isRequired = required?.includes(name);
  return [
    ...(typeof type === 'string' && type !== field.type
      ? [`input.${name} is ${shown(type)} instead of ${field.type}`]
      : []),
    ...(isRequired === undefined || isRequired === (field.required === true)
      ? []
      : [`input.${name} is ${isRequired ? 'required' : 'optional'}`]),
    ...(Array.isArray(values) && field.enum !== undefined && !isSameSet(values, field.enum)
      ? [`input.${name} takes ${shown(values)} instead of ${shown(field.enum)}`]
      : []),
  ];
}

function isSameSet(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value) => other.includes(value));
}

interface LiveInput {
  readonly properties: JsonObject;
  readonly required: readonly unknown[] | undefined;
}

/** The fields of `input`: those of a property of that name, wherever it is in the schema; else those with a prompt. */
function inputIn(schema: unknown): LiveInput | undefined {
  const objects = objectsIn(schema);
  const nested = objects.flatMap(({ properties }) => (isObject(properties) ? [properties['input']] : []));
  const fields = nested.find((one): one is JsonObject => isObject(one) && isObject(one['properties']));
  const own = objects.find(({ properties }) => isObject(properties) && isObject(properties['prompt']));
  const found = fields ?? own;
  if (found === undefined || !isObject(found['properties'])) return undefined;
  const { properties, required } = found;
  return {
    properties: isObject(properties) ? properties : {},
    required: Array.isArray(required) ? required : undefined,
  };
}

/** A value and the objects in it, those nearest to the top first. */
function objectsIn(value: unknown): JsonObject[] {
  const found: JsonObject[] = [];
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth < LEVELS && level.length > 0 && found.length < OBJECTS; depth += 1) {
    found.push(...level.filter(isObject));
    level = level
      .flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
      .slice(0, OBJECTS);
  }
  return found.slice(0, OBJECTS);
}

const CREDITS = /(?<![\w.,-])(\d{1,6}(?:\.\d{1,3})?)\s*credits?\b/gi;
/** Other numbers may be credits as well, so that the text is not clear. */
const DIGITS = /\d+(?:[.,]\d+)*/g;

/** The only number of credits in a text; undefined where the text has several numbers or none. */
export function creditsInText(text: string): number | undefined {
  const [match, ...others] = [...text.matchAll(CREDITS)];
  if (match === undefined || others.length > 0 || (text.match(DIGITS) ?? []).length !== 1) return undefined;
  return Number(match[1]);
}

function priceDifferences({ prices }: KieModel, text: string | undefined): string[] {
  const credits = text === undefined ? undefined : creditsInText(text);
  const known = [...new Set(prices[0]?.variants.map((variant) => variant.credits))];
  if (credits === undefined || known.includes(credits)) return [];
  const list = known.length === 0 ? 'has none' : `has ${known.join(', ')}`;
  return [`Kie's text about the price says ${credits} credits, and the price list ${list}`];
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replaceAll(/\p{Cc}/gu, ' ').slice(0, 200);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
