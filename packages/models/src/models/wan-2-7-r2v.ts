import type { KieModel } from '../model.ts';

export const wan27R2v: KieModel = {
  id: 'wan/2-7-r2v',
  family: 'wan',
  kind: 'reference',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 5000 },
    negative_prompt: { type: 'string', maxLength: 500 },
    reference_image: { type: 'array', maxItems: 5, items: 'string' },
    reference_video: { type: 'array', maxItems: 5, items: 'string' },
    first_frame: { type: 'string', format: 'uri' },
    reference_voice: { type: 'string', format: 'uri' },
    resolution: { type: 'string', enum: ['720p', '1080p'], default: '1080p' },
    aspect_ratio: { type: 'string', enum: ['16:9', '9:16', '1:1', '4:3', '3:4'], default: '16:9' },
    duration: { type: 'integer', default: 5, minimum: 2, maximum: 10 },
    prompt_extend: { type: 'boolean', default: true },
    watermark: { type: 'boolean', default: false },
    seed: { type: 'integer', minimum: 0, maximum: 2147483647 },
    nsfw_checker: { type: 'boolean' },
  },
  images: [
    { field: 'first_frame', shape: 'text', role: 'first frame', min: 0, max: 1 },
    { field: 'reference_image', shape: 'list', role: 'references', min: 0, max: 5 },
  ],
  sound: {},
  duration: { field: 'duration', min: 2, max: 10, default: 5 },
  resolution: { field: 'resolution', options: ['720p', '1080p'], default: '1080p' },
  prices: [
    {
      unit: 'second',
      source: 'P1',
      date: '2026-06-30',
      variants: [
        { when: { resolution: '720p' }, credits: 16 },
        { when: { resolution: '1080p' }, credits: 24 },
      ],
    },
  ],
};
