import type { KieModel } from '../model.ts';

export const wan25ImageToVideo: KieModel = {
  id: 'wan/2-5-image-to-video',
  family: 'wan',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 800 },
    image_url: { type: 'string', required: true, format: 'uri' },
    duration: { type: 'string', required: true, enum: ['5', '10'] },
    resolution: { type: 'string', enum: ['720p', '1080p'] },
    negative_prompt: { type: 'string', maxLength: 500 },
    enable_prompt_expansion: { type: 'boolean' },
    seed: { type: 'integer' },
    nsfw_checker: { type: 'boolean', disputed: ['default'] },
  },
  images: [{ field: 'image_url', shape: 'text', role: 'first frame', min: 1, max: 1 }],
  sound: {},
  duration: { field: 'duration', options: ['5', '10'] },
  resolution: { field: 'resolution', options: ['720p', '1080p'] },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '720p' }, credits: 12 },
        { when: { resolution: '1080p' }, credits: 20 },
      ],
      agrees: ['P1'],
    },
  ],
  notes: ['nsfw_checker.default: A=null C=false'],
};
