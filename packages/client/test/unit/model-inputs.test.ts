import { expectTypeOf, test } from 'vitest';
import type { Client, EnqueueItem, GenerationInput, InputOf, UploadedImage } from '../../src/index.ts';

type Kling3 = InputOf<'kling-3.0/video'>;

/** Never called: the compiler checks it. */
export function compiles(client: Client, image: UploadedImage, model: string): void {
  const input = {
    prompt: 'a slow pan',
    image_urls: [image],
    sound: false,
    duration: '5',
    aspect_ratio: '16:9',
    mode: 'pro',
    multi_shots: false,
    multi_prompt: [],
  } as const;
  void client.generate('kling-3.0/video', input);
  // @ts-expect-error: the duration of this model is text
  void client.generate('kling-3.0/video', { ...input, duration: 5 });
  // @ts-expect-error: not one of its values
  void client.enqueue('kling-3.0/video', { ...input, duration: '99' });
  // @ts-expect-error: the field is kling_elements
  void client.enqueue('kling-3.0/video', { ...input, kling_element: [] });
  // @ts-expect-error: prompt, sound and more are demanded
  void client.enqueue('kling-3.0/video', { image_urls: [image] });
  // @ts-expect-error: the duration of this model is text
  void client.enqueueMany([{ model: 'kling-3.0/video', input: { ...input, duration: 5 } }]);
  // @ts-expect-error: sound is true or false
  void client.generate('kling-2.6/image-to-video', { ...doc(image), sound: 'yes' });
  void client.generate('kling-2.6/image-to-video', doc(image));
  void client.generate('brand-new/model', { anything: 1 });
  void client.generate(model, { anything: 1 });
  const known: string = 'kling-3.0/video';
  void client.generate(known, { anything: 1 });
  void client.enqueueMany([
    { model: 'kling-3.0/video', input },
    { model: 'brand-new/model', input: { anything: 1 } },
  ]);
  const items: EnqueueItem[] = [{ model, input: { anything: 1 } }];
  void client.enqueueMany(items);
}

function doc(image: UploadedImage) {
  return { prompt: 'a slow pan', image_urls: [image], sound: false, duration: '5' } as const;
}

test('a known model has its own input, any other text takes every input', () => {
  expectTypeOf<Kling3['duration']>().toExtend<string>();
  expectTypeOf<Kling3['sound']>().toEqualTypeOf<boolean>();
  expectTypeOf<InputOf<string>>().toEqualTypeOf<GenerationInput>();
  expectTypeOf<InputOf<'brand-new/model'>>().toEqualTypeOf<GenerationInput>();
});
