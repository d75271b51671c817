import type { ImageField, InputField, KieModel } from './model.ts';

const IMAGE = 'https://images.example.com/photo.jpg';

/** An input that this model takes, for documents and tests: every required field, and an image. */
export function exampleInput(model: KieModel): Readonly<Record<string, unknown>> {
  const names = Object.keys(model.input).filter((name) => model.input[name]?.required === true);
  const images = imagesOf(model).filter(({ field }) => !names.includes(field));
  return Object.fromEntries(
    [...names, ...images.map(({ field }) => field)].map((name) => [name, valueOf(model, name)]),
  );
}

/** Those that it demands, else the first one. */
function imagesOf({ images }: KieModel): readonly ImageField[] {
  const demanded = images.filter(({ min }) => min > 0);
  return demanded.length > 0 ? demanded : images.slice(0, 1);
}

function valueOf({ input, images, duration }: KieModel, name: string): unknown {
  const field = input[name];
  if (field === undefined) return undefined;
  if (name === duration.field) return duration.default ?? duration.options?.[0] ?? inType(field, duration.min ?? 5);
  const image = images.find((one) => one.field === name);
  if (image !== undefined) return imageValue(image, field);
  return plainValue(name, field);
}

function imageValue({ shape, min }: ImageField, { itemFields = [] }: InputField): unknown {
  if (shape === 'text') return IMAGE;
  const entry = shape === 'list' ? IMAGE : Object.fromEntries(itemFields.map((name) => [name, textFor(name)]));
  return Array.from({ length: Math.max(1, min) }, () => entry);
}

function plainValue(name: string, field: InputField): unknown {
  // An empty default of a required text is no example: Kie takes it for missing.
  if (field.default !== undefined && field.default !== '') return field.default;
  if (field.enum !== undefined) return field.enum[0];
  switch (field.type) {
    case 'string':
      return textFor(name);
    case 'number':
    case 'integer':
      return field.minimum ?? 1;
    case 'boolean':
      return false;
    case 'array':
      return field.items === 'object'
        ? [Object.fromEntries((field.itemFields ?? []).map((one) => [one, textFor(one)]))]
        : [textFor(name)];
    default:
      return field.type satisfies never;
  }
}

function textFor(name: string): string {
  if (name.includes('image') || name.includes('frame')) return IMAGE;
  if (name.includes('video')) return 'https://images.example.com/clip.mp4';
  if (name.includes('audio')) return 'https://images.example.com/voice.mp3';
  return name === 'prompt' ? 'The camera slowly moves closer' : name;
}

function inType({ type }: InputField, value: string | number): string | number {
  return type === 'string' ? String(value) : Number(value);
}
