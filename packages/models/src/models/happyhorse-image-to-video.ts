import type { KieModel } from '../model.ts';

export const happyhorseImageToVideo: KieModel = {
  id: 'happyhorse/image-to-video',
  family: 'happyhorse',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', maxLength: 5000 },
    image_urls: { type: 'array', required: true, maxItems: 1, items: 'string' },
    resolution: { type: 'string', enum: ['720p', '1080p'], default: '1080p' },
    duration: { type: 'integer', default: 5, minimum: 3, maximum: 15 },
    seed: { type: 'integer', default: 0, minimum: 0, maximum: 2147483647, disputed: ['default'] },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'frames', min: 1, max: 1 }],
  sound: {},
  duration: { field: 'duration', min: 3, max: 15, default: 5 },
  resolution: { field: 'resolution', options: ['720p', '1080p'], default: '1080p' },
  prices: [
    {
      unit: 'second',
      source: 'P1',
      date: '2026-06-30',
      variants: [
        { when: { resolution: '720p' }, credits: 28 },
        { when: { resolution: '1080p' }, credits: 48 },
      ],
    },
  ],
  notes: ['seed.default: A=0 C=null'],
};
