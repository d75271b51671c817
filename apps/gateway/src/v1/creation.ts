import { withoutAbsent, type Problem } from '@kieq/kie';
import type { GenerationRequest } from '@kieq/producer';
import { checkRequest, optionsSchema, type GenerationOptions } from '@kieq/queue';
import { invalid } from '../api-error.ts';
import { tenantFor, type Caller } from '../caller.ts';
import { callbackProblems, firstOfEach, foreignUploads } from '../create-checks.ts';
import { refuseEndless } from '../problems.ts';
import { blankKeyWarnings, takeNotPassedOn, type Warning } from '../warnings.ts';

/** A request that passed every check, as the producer takes it. */
export interface Creation {
  readonly request: GenerationRequest;
  readonly options: GenerationOptions;
  /** What was sent and has no effect. */
  readonly warnings: readonly Warning[];
}

export interface CreationContext {
  readonly caller: Caller;
  readonly allowPrivateUrls: boolean;
  /** The header `Idempotency-Key`. */
  readonly headerKey?: string | undefined;
  /** What is to be told of that header. */
  readonly headerWarnings?: readonly Warning[];
  /** Addresses of the images that came with this very call; no others may be named. */
  readonly uploads?: ReadonlySet<string>;
}

/** A JSON object of a caller. */
export type JsonObject = Readonly<Record<string, unknown>>;

const RECEIVED_LIMIT = 200;

/**
 * Checks a create request as a caller sent it and tells all its problems together; unknown fields are problems. An
 * option that is null, "" or blank is absent.
 * @throws ApiError `invalid_request`, or `forbidden` where it names another tenant
 */
export function checkCreation(body: unknown, context: CreationContext): Creation {
  // Before anything is copied.
  refuseEndless(body, 'input');
  const given = objectOf(body, '');
  const { rest: known, warnings } = takeNotPassedOn(given);
  const { model, input, ...rest } = presentOptions(known);
  const options = { ...rest, ...tenantOption(rest, context.caller), ...keyOption(rest, context.headerKey) };
  const checked = checkRequest({ model, input }, options, () => '');
  const problems = [
    ...(checked.ok ? [] : checked.problems),
    ...callbackProblems(rest['callBackUrl'], context.allowPrivateUrls),
    // Only a request that passed is known to be shallow enough to walk through.
    ...(checked.ok ? foreignUploads(input, context.uploads) : []),
  ];
  if (!checked.ok || problems.length > 0) throw invalid(firstOfEach(problems));
  return {
    request: { model: checked.value.model, input: objectOf(input, 'input') },
    options: optionsSchema.parse(options),
    warnings: [...(options.idempotencyKey === undefined ? keyWarnings(given, context) : []), ...warnings],
  };
}

function keyWarnings({ idempotencyKey }: JsonObject, { headerWarnings = [] }: CreationContext): Warning[] {
  return [...headerWarnings, ...blankKeyWarnings(idempotencyKey, 'idempotencyKey')];
}

/** The fields of a body without the options that are absent, however that is spelt. */
export function presentOptions(fields: JsonObject): JsonObject {
  return objectOf(withoutAbsent(optionsSchema, fields), '');
}

/** @throws ApiError `invalid_request` for anything else */
export function objectOf(value: unknown, field: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid([problem(field, 'must be a JSON object', value)]);
}

export function problem(field: string, rule: string, value: unknown): Problem {
  return { field, rule, received: jsonOf(value).slice(0, RECEIVED_LIMIT) };
}

/** Too deep a value has no JSON. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    return typeof value;
  }
}

/**
 * The tenant for which the caller creates; undefined for the default one.
 * @param named a tenant that is no text is left for the check of the options to refuse
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
  const rule = 'must equal the header Idempotency-Key where both are given';
  throw invalid([problem('idempotencyKey', rule, idempotencyKey)]);
}
