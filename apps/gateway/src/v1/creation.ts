import { withoutAbsent, type Problem } from '@kieq/kie';
import { requestProblems, ruleText, type EasyMapped } from '@kieq/models';
import type { GenerationRequest } from '@kieq/producer';
import { checkRequest, optionsSchema, type GenerationOptions } from '@kieq/queue';
import { invalid } from '../api-error.ts';
import { tenantFor, type Caller } from '../caller.ts';
import { callbackProblems, firstOfEach, foreignUploads } from '../create-checks.ts';
import { refuseEndless } from '../problems.ts';
import { problem } from './creation-problem.ts';
import { mapEasy } from './easy.ts';
import { blankKeyWarnings, modelWarnings, takeNotPassedOn, type Warning } from '../warnings.ts';

/** A request that passed every check, as the producer takes it. */
export interface Creation {
  readonly request: GenerationRequest;
  readonly options: GenerationOptions;
  /** Fields of the request that have no effect, and those that its model probably does not take. */
  readonly warnings: readonly Warning[];
  /** What became of the convenience values. */
  readonly mapped: readonly EasyMapped[];
  /** What the caller sent, where convenience values have been put into the request; the hash covers it. */
  readonly sent?: unknown;
}

export interface CreationContext {
  readonly caller: Caller;
  readonly allowPrivateUrls: boolean;
  /** Value of the header `Idempotency-Key`. */
  readonly headerKey?: string | undefined;
  /** Warnings about that header. */
  readonly headerWarnings?: readonly Warning[];
  /** Addresses of the images uploaded by this call; the request may name no other uploads. */
  readonly uploads?: ReadonlySet<string>;
  /** `validate=strict`: what differs from the catalogue of models is refused. Default: it is a warning. */
  readonly isStrict?: boolean;
}

/** A JSON object from a caller; its values are unchecked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Checks a create request from a caller and reports all its problems together; unknown fields are problems. An option
 * that is null, "" or blank counts as absent.
 * @throws ApiError `invalid_request`, or `forbidden` where it names another tenant
 */
export function checkCreation(body: unknown, context: CreationContext): Creation {
  // Must run before anything is copied.
  refuseEndless(body, 'input');
  const given = objectOf(body, '');
  const { rest: known, warnings } = takeNotPassedOn(given);
  const { model, input: sentInput, easy, ...rest } = presentOptions(known);
  refuseEndless(easy, 'easy');
  const { input, mapped, problems: unmapped, sent } = mapEasy(model, sentInput, easy);
  const options = { ...rest, ...tenantOption(rest, context.caller), ...keyOption(rest, context.headerKey) };
  const checked = checkRequest({ model, input }, options, () => '');
  const problems = [
    ...unmapped,
    ...(checked.ok ? [] : checked.problems),
    ...callbackProblems(rest['callBackUrl'], context.allowPrivateUrls),
    // Only a request that passed the check is known to be shallow enough to traverse.
    ...(checked.ok ? foreignUploads(input, context.uploads) : []),
    ...(checked.ok && context.isStrict === true ? differences(checked.value.model, objectOf(input, 'input')) : []),
  ];
  if (!checked.ok || problems.length > 0) throw invalid(firstOfEach(problems));
  const request = { model: checked.value.model, input: objectOf(input, 'input') };
  return {
    request,
    options: optionsSchema.parse(options),
    mapped,
    ...(sent === undefined ? {} : { sent }),
    warnings: [
      ...(options.idempotencyKey === undefined ? keyWarnings(given, context) : []),
      ...warnings,
      ...(context.isStrict === true ? [] : modelWarnings(request.model, request.input)),
    ],
  };
}

/** What the catalogue of models says against a request, for a caller who wants it refused. */
function differences(model: string, input: JsonObject): Problem[] {
  return requestProblems(model, input).map((one) =>
    problem(one.field, ruleText(one), one.field === 'model' ? model : valueAt({ input }, one.field)),
  );
}

/** @param field such as `input.image_urls[1]` */
function valueAt(value: unknown, field: string): unknown {
  const path = field.split(/[.[\]]+/).filter((part) => part !== '');
  return path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? Reflect.get(at, part) : undefined),
    value,
  );
}

function keyWarnings({ idempotencyKey }: JsonObject, { headerWarnings = [] }: CreationContext): Warning[] {
  return [...headerWarnings, ...blankKeyWarnings(idempotencyKey, 'idempotencyKey')];
}

/** The fields of a body without options that are null, "" or blank. */
export function presentOptions(fields: JsonObject): JsonObject {
  return objectOf(withoutAbsent(optionsSchema, fields), '');
}

/** @throws ApiError `invalid_request` if the value is not a JSON object */
export function objectOf(value: unknown, field: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid([problem(field, 'must be a JSON object', value)]);
}

/**
 * The tenant of the new generation; undefined for the default tenant.
 * @param named the tenant in the request; the check of the options refuses a value that is not text
 * @throws ApiError `forbidden`
 */
export function creationTenant(named: unknown, caller: Caller): string | undefined {
  return named === undefined || typeof named === 'string' ? tenantFor(caller, named) : undefined;
}

function tenantOption({ tenant }: JsonObject, caller: Caller): { tenant?: string } {
  const owner = creationTenant(tenant, caller);
  return owner === undefined ? {} : { tenant: owner };
}

function keyOption({ idempotencyKey }: JsonObject, headerKey: string | undefined): { idempotencyKey?: string } {
  if (headerKey === undefined) return {};
  if (idempotencyKey === undefined || idempotencyKey === headerKey) return { idempotencyKey: headerKey };
  const rule = 'must equal the header Idempotency-Key if both are given';
  throw invalid([problem('idempotencyKey', rule, idempotencyKey)]);
}
