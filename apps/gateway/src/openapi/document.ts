import type { SwaggerTransformObject } from '@fastify/swagger';
import { jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { BODY_IS_OPTIONAL } from './transform.ts';
import { WEBHOOKS } from './webhook.ts';

type Input = Parameters<SwaggerTransformObject>[0];
type Output = ReturnType<SwaggerTransformObject>;

const response = z.looseObject({});
const operation = z.looseObject({
  requestBody: z.looseObject({}).optional(),
  [BODY_IS_OPTIONAL]: z.boolean().default(false),
  responses: z.record(z.string(), response),
});
const wholeSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});

/** The library adds this to the name of a schema of requests. */
const OF_REQUESTS = 'Input';
const REFERENCE = /"\$ref":"#\/components\/schemas\/([^"]+)"/g;

/**
 * Adds to the document what no single route has: its servers, the webhook, and the schemas that are used by name. All
 * named schemas of this process are known; only those that the document uses become a part of it.
 * @param publicUrl a second server; the first one is the address from which the document is read
 */
export function completeDocument(input: Input, publicUrl: string | undefined): Output {
  const { paths, components, ...rest } = wholeSchema.parse(jsonSchemaTransformObject(input));
  const parts = { ...rest, servers: serversOf(publicUrl), paths: completed(paths), webhooks: WEBHOOKS };
  const schemas = usedSchemas(parts, components.schemas);
  const names = new Set(schemas.map(([name]) => name));
  const renamed = Object.fromEntries(schemas.map(([name, schema]) => [shortName(name, names), schema]));
  const text = JSON.stringify({ ...parts, components: { ...components, schemas: renamed } });
  const short = text.replaceAll(
    REFERENCE,
    (_, name: string) => `"$ref":"#/components/schemas/${shortName(name, names)}"`,
  );
  return JSON.parse(short, (_, value) => withoutSafeBounds(value));
}

function serversOf(publicUrl: string | undefined): { readonly url: string; readonly description: string }[] {
  const here = { url: '/', description: 'The gateway that serves this document' };
  return publicUrl === undefined ? [here] : [here, { url: publicUrl, description: 'Its public address' }];
}

/** The schemas that a value uses, directly and through each other, in the order of their names. */
function usedSchemas(from: unknown, schemas: Readonly<Record<string, unknown>>): [string, unknown][] {
  const used = new Map<string, unknown>();
  const waiting: unknown[] = [from];
  while (waiting.length > 0) {
    for (const [, name = ''] of JSON.stringify(waiting.pop()).matchAll(REFERENCE)) {
      if (used.has(name)) continue;
      const isOfRequests = name.endsWith(OF_REQUESTS);
      const schema = isOfRequests ? withDefaultsInWords(schemas[name]) : tolerant(schemas[name]);
      used.set(name, schema);
      waiting.push(schema);
    }
  }
  return [...used].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** A schema of requests needs its longer name only if responses use the same one. */
function shortName(name: string, used: ReadonlySet<string>): string {
  const short = name.endsWith(OF_REQUESTS) ? name.slice(0, -OF_REQUESTS.length) : name;
  return used.has(short) ? name : short;
}

const defaulted = z.looseObject({ type: z.string(), default: z.unknown(), description: z.string().optional() });

/**
 * A field with a default is optional for a caller, but generators of types take it as always present. So only its
 * description has the default.
 */
function withDefaultsInWords(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema ?? {}), (_, value) => {
    const { data } = defaulted.safeParse(value);
    if (data?.default === undefined) return value;
    const { default: standard, description, ...rest } = data;
    const words = `Default: \`${JSON.stringify(standard)}\``;
    return { ...rest, description: description === undefined ? words : `${description}. ${words}` };
  });
}

/**
 * Later versions may add fields to responses, so the document must not exclude them: some generated clients would refuse
 * the response.
 */
function tolerant(schema: unknown): unknown {
  const text = JSON.stringify(schema ?? {});
  return JSON.parse(text, (key, value: unknown) =>
    key === 'additionalProperties' && value === false ? undefined : value,
  );
}

const integer = z.looseObject({ type: z.literal('integer'), minimum: z.number(), maximum: z.number() });

/** An integer without bounds of its own has those of JavaScript, which say nothing; as 32 bits it may overflow. */
function withoutSafeBounds(value: unknown): unknown {
  const { data } = integer.safeParse(value);
  if (data === undefined) return value;
  const { minimum, maximum, ...rest } = data;
  const bounds = {
    ...(minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
  return { ...rest, ...bounds, ...('maximum' in bounds ? {} : { format: 'int64' }) };
}

function completed(paths: z.infer<typeof wholeSchema>['paths']): object {
  return mapValues(paths, (methods) =>
    mapValues(methods, ({ [BODY_IS_OPTIONAL]: isOptional, requestBody, responses, ...described }) => ({
      ...described,
      ...(requestBody === undefined ? {} : { requestBody: { ...requestBody, required: !isOptional } }),
      responses: mapValues(responses, withHeaders),
    })),
  );
}

const textSchema = { type: 'string' };
const retryAfter = { 'Retry-After': { description: 'Seconds after which to try again', schema: { type: 'integer' } } };
/** Headers of responses by status. */
const HEADERS: Readonly<Record<string, object>> = {
  201: { Location: { description: 'Path of the generation', schema: textSchema } },
  302: { Location: { description: 'Link to the file, valid for 15 minutes', schema: textSchema } },
  401: { 'WWW-Authenticate': { description: 'The scheme `Bearer`', schema: textSchema } },
  429: retryAfter,
  503: retryAfter,
};
function withHeaders(described: z.infer<typeof response>, status: string): unknown {
  const headers = HEADERS[status];
  return tolerant(headers === undefined ? described : { ...described, headers });
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
