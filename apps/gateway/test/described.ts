import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

const content = z.record(z.string(), z.looseObject({ schema: z.looseObject({}) }));
const operation = z.looseObject({
  operationId: z.string(),
  summary: z.string().min(1),
  tags: z.array(z.string()).min(1),
  security: z.array(z.unknown()).optional(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).optional(),
  requestBody: z.looseObject({ content }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string().min(1), content: content.optional() })),
});
/** The parts of the OpenAPI document that tests check. */
export const documentSchema = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});
export type Document = z.infer<typeof documentSchema>;

/** A response as received. */
export interface AnswerSeen {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  /** The JSON, or the text where there is none. */
  readonly body: unknown;
}

interface Route {
  readonly pattern: RegExp;
  readonly parameters: number;
  readonly methods: Readonly<Record<string, z.infer<typeof operation>>>;
}

const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
/** Of the document, which is the same for every gateway, whatever its settings. */
let known: { readonly document: Document; readonly routes: readonly Route[] } | undefined;
/** By the components of their document, and their own text. */
const validators = new Map<object, Map<string, ValidateFunction>>();

/** What is wrong with a value by a schema of the document; nothing when it fits. */
export function schemaProblems({ components }: Document, schema: object, value: unknown): unknown[] {
  const made = validators.get(components) ?? new Map<string, ValidateFunction>();
  validators.set(components, made);
  const text = JSON.stringify(schema);
  const validate = made.get(text) ?? ajv.compile({ ...schema, components });
  made.set(text, validate);
  return validate(value) ? [] : [validate.errors, value];
}

/**
 * The document with responses that have no fields but those described. The document itself allows others, which later
 * versions may add; this version sends none.
 */
export function strictly(document: Document): Document {
  return JSON.parse(JSON.stringify(document), (_, value) => {
    const isOpen =
      value?.type === 'object' && value.properties !== undefined && value.additionalProperties === undefined;
    return isOpen ? { ...value, additionalProperties: false } : value;
  });
}

/**
 * What the OpenAPI document does not describe of a response: its status, content type or schema. Undefined where all is
 * described, and for addresses that are no route, which the document cannot know.
 */
export function undescribed(app: FastifyInstance, answer: AnswerSeen): object | undefined {
  known ??= knownBy(strictly(documentSchema.parse(app.swagger())));
  const { method, path, status, contentType, body } = told200(answer);
  const described = operationOf(known.routes, method === 'HEAD' ? 'get' : method.toLowerCase(), path)?.responses;
  if (described === undefined) return undefined;
  const told = described[status];
  if (told === undefined) return { undescribed: 'status', ...answer };
  if (method === 'HEAD' || status === 204) return undefined;
  const type = contentType?.split(';')[0] ?? 'none';
  const schema = (told.content?.[type] ?? told.content?.[`${type.split('/')[0]}/*`])?.schema;
  if (schema === undefined) return { undescribed: 'content type', ...answer };
  const code = codeOf(body);
  if (status >= 400 && code !== undefined && code !== status && !told.description.includes(`\`${code}\``))
    return { undescribed: 'code', ...answer };
  const problems = schemaProblems(known.document, schema, body);
  return problems.length === 0 ? undefined : { undescribed: 'form', problems, ...answer };
}

/** Below the base path whose responses all have status 200, the code in the body is what the document describes. */
function told200(answer: AnswerSeen): AnswerSeen {
  if (!answer.path.startsWith('/kie200/api/')) return answer;
  const code = codeOf(answer.body);
  const status = answer.status === 200 && typeof code === 'number' ? code : answer.status;
  return { ...answer, path: answer.path.slice('/kie200'.length), status };
}

/** Of an error; in Kie's envelope the status. */
function codeOf(body: unknown): string | number | undefined {
  const native = z.object({ error: z.object({ code: z.string() }) }).safeParse(body).data?.error;
  return (native ?? z.object({ code: z.number() }).safeParse(body).data)?.code;
}

function knownBy(document: Document): NonNullable<typeof known> {
  return { document, routes: routesOf(document) };
}

/** One without parameters goes first, as at Fastify. */
function routesOf({ paths }: Document): Route[] {
  const routes = Object.entries(paths).map(([template, methods]) => ({
    pattern: new RegExp(`^${template.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    parameters: template.split('{').length - 1,
    methods,
  }));
  return routes.toSorted((one, other) => one.parameters - other.parameters);
}

/** Of the route that an address belongs to. */
function operationOf(routes: readonly Route[], method: string, address: string): z.infer<typeof operation> | undefined {
  const [path = ''] = address.split('?');
  return routes.find(({ pattern, methods }) => methods[method] !== undefined && pattern.test(path))?.methods[method];
}
