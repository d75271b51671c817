import type { KieModel } from '../model.ts';

export const klingV21Pro: KieModel = {
  id: 'kling/v2-1-pro',
  family: 'kling',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 5000 },
    image_url: { type: 'string', required: true },
    duration: { type: 'string', enum: ['5', '10'], default: '5' },
    negative_prompt: { type: 'string', maxLength: 500 },
    cfg_scale: { type: 'number', default: 0.5, minimum: 0, maximum: 1 },
    tail_image_url: { type: 'string' },
  },
  images: [
    { field: 'image_url', shape: 'text', role: 'first frame', min: 1, max: 1 },
    { field: 'tail_image_url', shape: 'text', role: 'last frame', min: 0, max: 1 },
  ],
  sound: {},
  duration: { field: 'duration', options: ['5', '10'], default: '5' },
  prices: [
    {
      unit: 'video',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { duration: '5' }, credits: 50 },
        { when: { duration: '10' }, credits: 100 },
      ],
      agrees: ['P1'],
    },
  ],
};
