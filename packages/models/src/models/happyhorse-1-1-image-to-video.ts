import type { KieModel } from '../model.ts';

export const happyhorse11ImageToVideo: KieModel = {
  id: 'happyhorse-1-1/image-to-video',
  family: 'happyhorse-1-1',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', default: '', maxLength: 5000 },
    image_urls: { type: 'array', required: true, maxItems: 1, items: 'string' },
    resolution: { type: 'string', enum: ['720p', '1080p'], default: '1080p' },
    duration: { type: 'number', default: 5, minimum: 3, maximum: 15 },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'frames', min: 1, max: 1 }],
  sound: {},
  duration: { field: 'duration', min: 3, max: 15, default: 5 },
  resolution: { field: 'resolution', options: ['720p', '1080p'], default: '1080p' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '720p' }, credits: 22.5 },
        { when: { resolution: '1080p' }, credits: 29 },
      ],
      agrees: ['P1'],
    },
  ],
};
