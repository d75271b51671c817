import type { KieModel } from '../model.ts';

export const grokImagineImageToVideo: KieModel = {
  id: 'grok-imagine/image-to-video',
  family: 'grok-imagine',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    image_urls: { type: 'array', maxItems: 7, items: 'string' },
    task_id: { type: 'string', maxLength: 100 },
    index: { type: 'integer', default: 0, minimum: 0, maximum: 5 },
    prompt: { type: 'string' },
    mode: { type: 'string', enum: ['fun', 'normal', 'spicy'], default: 'normal' },
    duration: { type: 'string', disputed: ['type'] },
    resolution: { type: 'string', enum: ['480p', '720p', '1080p'], default: '480p' },
    aspect_ratio: { type: 'string', enum: ['2:3', '3:2', '1:1', '16:9', '9:16'], default: '16:9' },
  },
  disputedFields: ['nsfw_checker'],
  images: [{ field: 'image_urls', shape: 'list', role: 'references', min: 0, max: 7 }],
  sound: {},
  duration: { field: 'duration', min: 6, max: 30, described: true },
  resolution: { field: 'resolution', options: ['480p', '720p', '1080p'], default: '480p' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '480p' }, credits: 2.4 },
        { when: { resolution: '720p' }, credits: 4.5 },
        { when: { resolution: '1080p' }, credits: 8 },
      ],
      agrees: ['M (480p)'],
    },
  ],
  notes: [
    'nsfw_checker: in B, not in A',
    'resolution.enum: A=["480p", "720p", "1080p"] B=["480p", "720p"]',
    'duration.type: A="string" C="number"',
    'nsfw_checker: in C, not in A',
    'resolution.enum: A=["480p", "720p", "1080p"] C=["480p", "720p"]',
  ],
};
