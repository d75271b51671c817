import type { OpenApiDocument, Operation, Parameter } from './document.ts';
import { notesOf, schemaTable, typeOf } from './schema-table.ts';
import { cell, code, table } from './table.ts';

/** An operation and where it is. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Every operation of a document, in its order. */
export function routesOf({ paths }: OpenApiDocument): Route[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** The anchor of an operation on the page of its tag. */
export function anchorOfRoute({ method, path, operation }: Route): string {
  return operation.operationId ?? `${method}${path.replaceAll(/[^\w]+/g, '-')}`.toLowerCase().replace(/-$/, '');
}

/** The section of an operation: how it is called, what it takes, what it answers. */
export function operationSection(route: Route): string {
  const { method, path, operation } = route;
  const { summary, description, requestBody, security } = operation;
  const isOpen = security?.length === 0;
  return [
    `## ${cell(summary)} {#${anchorOfRoute(route)}}`,
    `${code(`${method} ${path}`)}${isOpen ? ' · needs no key' : ''}`,
    ...(description === undefined ? [] : [cell(description)]),
    ...parametersPart(operation.parameters),
    ...bodyPart(requestBody),
    ...responsesPart(route),
  ].join('\n\n');
}

function parametersPart(parameters: readonly Parameter[]): string[] {
  if (parameters.length === 0) return [];
  const rows = parameters.map(({ name, in: place, required, description, schema }) => {
    const notes = notesOf({ ...schema, description: description === '' ? schema.description : description });
    return [`${code(name)}${required ? ' (required)' : ''}`, place, typeOf(schema), notes];
  });
  return ['**Parameters**', table(['name', 'in', 'type', 'meaning'], rows)];
}

function bodyPart(body: Operation['requestBody']): string[] {
  if (body === undefined) return [];
  return Object.entries(body.content).flatMap(([type, { schema = {} }]) => {
    const words = schema.description === undefined ? '' : `: ${cell(schema.description)}`;
    return [`**Body** ${code(type)}${body.required ? '' : ' (optional)'}${words}`, schemaTable(schema)];
  });
}

/** What is answered where all is well with its fields; the others in a table, since their bodies are alike. */
function responsesPart({ operation }: Route): string[] {
  const responses = Object.entries(operation.responses);
  const rows = responses.map(([status, { description, content }]) => [
    code(status),
    Object.keys(content).map(code).join(', '),
    cell(description),
  ]);
  const good = responses.filter(([status]) => status.startsWith('2'));
  const shown = good.flatMap(([status, { content }]) =>
    Object.entries(content).flatMap(([type, { schema }]) =>
      schema === undefined ? [] : [`**Response ${code(status)}** ${code(type)}`, schemaTable(schema)],
    ),
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
