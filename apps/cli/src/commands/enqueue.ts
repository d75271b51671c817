import { parseEnvironment } from '@kieq/config';
import type { Context } from '../context.ts';
import { enqueueAll } from '../enqueue/enqueue-all.ts';
import { itemsOfFile } from '../enqueue/file-items.ts';
import type { Item } from '../enqueue/item.ts';
import { itemOfOptions, type SingleOptions } from '../enqueue/single-item.ts';

export interface EnqueueOptions extends SingleOptions {
  readonly from?: string;
  readonly imageUrl?: readonly string[];
}

export async function enqueue(context: Context, { from, imageUrl, ...single }: EnqueueOptions): Promise<void> {
  const address = parseEnvironment(context.env, ['redis']);
  const images = imageUrl === undefined ? {} : { image_urls: imageUrl };
  const warn = (text: string): void => context.out.note(`warning: ${text}`);
  const items =
    from === undefined ? [oneItem(single, images, warn)] : await itemsOfFile(context.io, from, warn, single.strict);
  await enqueueAll(context, address, items);
}

function oneItem(
  options: SingleOptions,
  images: Readonly<Record<string, unknown>>,
  warn: (text: string) => void,
): Item {
  const { item, warnings } = itemOfOptions(options, images);
  for (const text of warnings) warn(text);
  return item;
}
