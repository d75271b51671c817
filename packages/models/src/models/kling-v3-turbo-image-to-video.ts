import type { KieModel } from '../model.ts';

export const klingV3TurboImageToVideo: KieModel = {
  id: 'kling/v3-turbo-image-to-video',
  family: 'kling',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 2500 },
    image_urls: { type: 'array', required: true, items: 'string' },
    duration: { type: 'string', required: true, default: '5' },
    resolution: { type: 'string', required: true, enum: ['720p', '1080p'], default: '720p' },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'frames', min: 1, max: 1 }],
  sound: {},
  duration: { field: 'duration', min: 3, max: 15, default: '5', described: true },
  resolution: { field: 'resolution', options: ['720p', '1080p'], default: '720p' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '720p' }, credits: 18 },
        { when: { resolution: '1080p' }, credits: 22.5 },
      ],
      agrees: ['P1', 'M'],
    },
  ],
};
