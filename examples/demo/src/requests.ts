import type { GenerationRequest } from '@kieq/producer';
import type { Photograph } from './photographs.ts';

const MOVES = [
  'a slow pan to the right',
  'a gentle zoom in',
  'a slow pan to the left',
  'a gentle zoom out',
  'the camera drifts upwards',
  'the camera holds its breath',
];

/** Every photograph with every camera move: enough for more than one submission window. */
export function requestsFor(
  photographs: readonly Photograph[],
): { readonly name: string; readonly request: GenerationRequest }[] {
  return photographs.flatMap(({ name, url }) =>
    MOVES.map((move, i) => ({
      name: `${name}-${i + 1}`,
      request: {
        model: 'kling-2.6/image-to-video',
        input: { prompt: `${name}: ${move}`, image_urls: [url], sound: false, duration: '5' },
      },
    })),
  );
}
