import type { KieModel } from '../model.ts';

export const happyhorseReferenceToVideo: KieModel = {
  id: 'happyhorse/reference-to-video',
  family: 'happyhorse',
  kind: 'reference',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 5000 },
    reference_image: { type: 'array', required: true, minItems: 1, maxItems: 9, items: 'string' },
    resolution: { type: 'string', enum: ['720p', '1080p'], default: '1080p' },
    aspect_ratio: { type: 'string', enum: ['16:9', '9:16', '1:1', '4:3', '3:4'], default: '16:9' },
    duration: { type: 'integer', default: 5, minimum: 3, maximum: 15 },
    seed: { type: 'integer', default: 0, minimum: 0, maximum: 2147483647, disputed: ['default'] },
  },
  disputedFields: ['image_urls'],
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
        { when: { resolution: '720p' }, credits: 28 },
        { when: { resolution: '1080p' }, credits: 48 },
      ],
    },
  ],
  notes: ['image_urls: in C, not in A', 'reference_image: in A, not in C', 'seed.default: A=0 C=null'],
};
