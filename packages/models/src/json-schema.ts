import type { InputField, KieModel } from './model.ts';

/** A JSON Schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** JSON Schema (2020-12) of a model's input. Fields that it does not name pass, as they do everywhere in kieq. */
export function inputSchema(model: KieModel): JsonSchema {
  const fields = Object.entries(model.input);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: model.id,
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, field]) => [name, fieldSchema(field)])),
    required: fields.filter(([, field]) => field.required === true).map(([name]) => name),
    additionalProperties: true,
  };
}

function fieldSchema(field: InputField): JsonSchema {
  const { required: _, disputed: __, items, itemFields, ...rest } = field;
  return {
    ...rest,
    ...(items === undefined ? {} : { items: itemSchema(items, itemFields) }),
    ...(field.disputed === undefined ? {} : { description: `Sources disagree on: ${field.disputed.join(', ')}.` }),
  };
}

function itemSchema(items: 'string' | 'object', fields: readonly string[] = []): JsonSchema {
  return items === 'string'
    ? { type: 'string' }
    : { type: 'object', properties: Object.fromEntries(fields.map((name) => [name, {}])) };
}
