import type { KieModel } from '../model.ts';

export const happyhorse11ReferenceToVideo: KieModel = {
  id: 'happyhorse-1-1/reference-to-video',
  family: 'happyhorse-1-1',
  kind: 'reference',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, default: '', maxLength: 5000 },
    reference_image: { type: 'array', required: true, maxItems: 9, items: 'string' },
    resolution: { type: 'string', enum: ['720p', '1080p'], default: '1080p' },
    aspect_ratio: {
      type: 'string',
      enum: ['16:9', '9:16', '3:4', '4:3', '4:5', '5:4', '1:1', '9:21', '21:9'],
      default: '16:9',
    },
    duration: { type: 'number', default: 5, minimum: 3, maximum: 15 },
  },
  images: [{ field: 'reference_image', shape: 'list', role: 'references', min: 1, max: 9 }],
  sound: {},
  duration: { field: 'duration', min: 3, max: 15, default: 5 },
  resolution: { field: 'resolution', options: ['720p', '1080p'], default: '1080p' },
  prices: [
    {
      unit: 'second',
      source: 'P1',
      date: '2026-06-30',
      variants: [
        { when: { resolution: '720p' }, credits: 22.5 },
        { when: { resolution: '1080p' }, credits: 29 },
      ],
    },
  ],
};
