import type { OpenApiDocument, Operation, Parameter, Schema } from './document.ts';
import { notesOf, schemaTable, typeOf } from './schema-table.ts';
import { cell, code, table } from './table.ts';

/** An operation and where it is. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  /** A call that kieq makes; `path` is its name then. */
  readonly isWebhook: boolean;
}

/** Every operation of a document, in its order; webhooks last. */
export function routesOf({ paths, webhooks }: OpenApiDocument): Route[] {
  const routes = (from: OpenApiDocument['paths'], isWebhook: boolean): Route[] =>
    Object.entries(from).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
        isWebhook,
      })),
    );
  return [...routes(paths, false), ...routes(webhooks, true)];
}

/** How an operation is called, in code: `GET /v1/status`. */
export function callOf({ method, path, isWebhook }: Route): string {
  return isWebhook ? `webhook ${code(path)}` : code(`${method} ${path}`);
}

/** The anchor of an operation on the page of its tag, in small letters, as VitePress makes links. */
export function anchorOfRoute({ method, path, operation }: Route): string {
  return (operation.operationId ?? `${method}${path.replaceAll(/[^\w]+/g, '-')}`).toLowerCase().replace(/-$/, '');
}

/** The section of an operation: how it is called, what it takes, what it answers. */
export function operationSection(route: Route, { components: { schemas } }: OpenApiDocument): string {
  const { summary, description, requestBody, security, parameters } = route.operation;
  const isOpen = security?.length === 0 && !route.isWebhook;
  return [
    `## ${cell(summary)} {#${anchorOfRoute(route)}}`,
    `${callOf(route)}${isOpen ? ' · needs no key' : ''}`,
    ...(description === undefined ? [] : [cell(description)]),
    ...parametersPart(parameters),
    ...bodyPart(requestBody, schemas),
    ...responsesPart(route, schemas),
  ].join('\n\n');
}

type Schemas = OpenApiDocument['components']['schemas'];

/** The fields of a body; those of a named one after its name. */
function fieldsOf(schema: Schema, schemas: Schemas): { readonly name: string; readonly fields: string } {
  const named = schema.$ref === undefined ? undefined : schemas[schema.$ref.split('/').at(-1) ?? ''];
  return named === undefined
    ? { name: '', fields: schemaTable(schema) }
    : { name: ` ${typeOf(schema)}`, fields: schemaTable(named) };
}

function parametersPart(parameters: readonly Parameter[]): string[] {
  if (parameters.length === 0) return [];
  const rows = parameters.map(({ name, in: place, required, description, schema }) => {
    const notes = notesOf({ ...schema, description: description === '' ? schema.description : description });
    return [`${code(name)}${required ? ' (required)' : ''}`, place, typeOf(schema), notes];
  });
  return ['**Parameters**', table(['name', 'in', 'type', 'meaning'], rows)];
}

function bodyPart(body: Operation['requestBody'], schemas: Schemas): string[] {
  if (body === undefined) return [];
  return Object.entries(body.content).flatMap(([type, { schema = {} }]) => {
    const words = schema.description === undefined ? '' : `: ${cell(schema.description)}`;
    const { name, fields } = fieldsOf(schema, schemas);
    return [`**Body** ${code(type)}${name}${body.required ? '' : ' (optional)'}${words}`, fields];
  });
}

/** What is answered where all is well with its fields; the others in a table, since their bodies are alike. */
function responsesPart({ operation }: Route, schemas: Schemas): string[] {
  const responses = Object.entries(operation.responses);
  const rows = responses.map(([status, { description, content }]) => [
    code(status),
    Object.keys(content).map(code).join(', '),
    cell(description),
  ]);
  const good = responses.filter(([status]) => status.startsWith('2'));
  const shown = good.flatMap(([status, { content }]) =>
    Object.entries(content).flatMap(([type, { schema }]) => {
      if (schema === undefined) return [];
      const { name, fields } = fieldsOf(schema, schemas);
      return [`**Response ${code(status)}** ${code(type)}${name}`, fields];
    }),
  );
  return ['**Responses**', table(['status', 'content', 'when'], rows), ...withoutRepetition(shown)];
}

/** 200 and 201 often have one body. */
function withoutRepetition(parts: readonly string[]): string[] {
  const seen = new Set<string>();
  return parts.flatMap((part) => {
    if (!part.startsWith('|')) return part;
    if (seen.has(part)) return 'The same fields.';
    seen.add(part);
    return part;
  });
}
