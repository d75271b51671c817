import type { InputField, KieModel } from '../../src/index.ts';

const HEADER = `// Written by \`pnpm docs:write\` from the catalogue of models (packages/models). Do not edit.
import type { UploadedImage } from './upload.ts';

type Image = string | UploadedImage;
type Texts = readonly string[];
type Items<Field extends string> = readonly { readonly [Name in Field]?: unknown }[];

/**
 * What the known models take, by Kie's name. A field without \`?\` is demanded by Kie, which fills in no default. The facts
 * can be old: \`model as string\` takes any input.
 */
export interface ModelInputs {
`;

/**
 * Types of the inputs of all models, as \`@kieq/client\` ships them. What the sources dispute is as wide as both of them
 * say: a field that is demanded by one of them is optional, and a disputed list of values is any value.
 */
export function inputTypes(models: readonly KieModel[]): string {
  return `${HEADER}${models.map((model) => `  '${model.id}': {\n${fieldsOf(model)}  };\n`).join('')}}\n`;
}

function fieldsOf(model: KieModel): string {
  const known = Object.entries(model.input).map(([name, field]) => {
    const isRequired = field.required === true && field.disputed?.includes('required') !== true;
    return `    ${name}${isRequired ? '' : '?'}: ${typeOf(model, name, field)};\n`;
  });
  const others = (model.disputedFields ?? []).filter((name) => model.input[name] === undefined);
  return [...known, ...others.map((name) => `    ${name}?: unknown;\n`)].join('');
}

function typeOf(model: KieModel, name: string, field: InputField): string {
  const { type, items, itemFields = [], disputed = [] } = field;
  const image = model.images.find((one) => one.field === name);
  if (type === 'array') {
    if (disputed.includes('type')) return 'unknown';
    if (items === 'object')
      return itemFields.length === 0 ? 'readonly object[]' : `Items<${literals(itemFields.toSorted())}>`;
    // The client puts its own images into this list alone.
    return image !== undefined && name === 'image_urls' ? 'readonly Image[]' : 'Texts';
  }
  if (type === 'boolean') return disputed.includes('type') ? 'boolean | string' : 'boolean';
  if (disputed.includes('type')) return 'string | number';
  if (image !== undefined) return 'Image';
  if (field.enum !== undefined && !disputed.includes('enum')) return literals(field.enum);
  return type === 'string' ? 'string' : 'number';
}

function literals(values: readonly (string | number)[]): string {
  return values
    .map((value) => (typeof value === 'string' ? `'${value.replaceAll("'", String.raw`\'`)}'` : value))
    .join(' | ');
}
