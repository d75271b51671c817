import type { ImageField, KieModel } from '../model.ts';
import type { Mapping } from './types.ts';

/** The role that one image alone probably has, most likely first. */
const FIRST_ROLES = ['first frame', 'frames', 'character', 'references'] as const;

/** The image goes into the field for the first frame, else into one for any image. */
export function imageMapping({ images, input }: KieModel, link: string): Mapping {
  const field = FIRST_ROLES.map((role) => images.find((image) => image.role === role)).find((one) => one !== undefined);
  if (field === undefined) return { rule: 'has no field of this model' };
  return { field: field.field, value: valueOf(field, link, input[field.field]?.itemFields ?? []) };
}

interface Before {
  /** The input with what was mapped before, and as the caller sent it. */
  readonly sofar: Readonly<Record<string, unknown>>;
  readonly given: Readonly<Record<string, unknown>>;
  /** The convenience values have an image to start with. */
  readonly withImage: boolean;
}

/** The image goes into the field for the last frame, else behind the first image of a list of frames. */
export function lastImageMapping({ images }: KieModel, link: string, { sofar, given, withImage }: Before): Mapping {
  const last = images.find(({ role }) => role === 'last frame');
  if (last !== undefined) {
    if (given[last.field] !== undefined && given[last.field] !== null)
      return { rule: `must not be given together with input.${last.field}` };
    return { field: last.field, value: valueOf(last, link, []) };
  }
  const frames = images.find(({ role, shape, max }) => role === 'frames' && shape === 'list' && max > 1);
  if (frames === undefined) return { rule: 'has no field of this model: it takes no image to end with' };
  const list = sofar[frames.field];
  if (!withImage || !Array.isArray(list) || list.length !== 1)
    return { rule: `needs \`image\`, since both go into the list input.${frames.field}` };
  return { field: frames.field, value: [...list, link] };
}

function valueOf({ shape }: ImageField, link: string, itemFields: readonly string[]): unknown {
  if (shape === 'text') return link;
  if (shape === 'list') return [link];
  return [Object.fromEntries(itemFields.map((name) => [name, ENTRY[name] ?? link]))];
}

/** Further fields of an entry: the name by which a prompt means the image, and what the image shows. */
const ENTRY: Readonly<Record<string, string>> = { ref_name: 'image', type: 'subject' };
