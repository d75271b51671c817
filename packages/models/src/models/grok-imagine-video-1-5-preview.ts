import type { KieModel } from '../model.ts';

export const grokImagineVideo15Preview: KieModel = {
  id: 'grok-imagine-video-1-5-preview',
  family: 'grok',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', maxLength: 4096 },
    image_urls: { type: 'array', maxItems: 7, items: 'string', disputed: ['maxItems'] },
    aspect_ratio: { type: 'string', enum: ['1:1', '16:9', '9:16', '3:2', '2:3', 'auto'], default: 'auto' },
    resolution: { type: 'string', enum: ['480p', '720p', '1080p'], default: '480p' },
    duration: { type: 'integer', default: 8, minimum: 1, maximum: 15 },
    nsfw_checker: { type: 'boolean' },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'references', min: 0, max: 7 }],
  sound: {},
  duration: { field: 'duration', min: 1, max: 15, default: 8 },
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
      note: '1080p assumed equal to the older model by two clients',
    },
  ],
  notes: ['image_urls.maxItems: A=7 C=1', 'resolution.enum: A=["480p", "720p", "1080p"] C=["480p", "720p"]'],
};
