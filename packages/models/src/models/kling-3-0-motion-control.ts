import type { KieModel } from '../model.ts';

export const kling30MotionControl: KieModel = {
  id: 'kling-3.0/motion-control',
  family: 'kling-3.0',
  kind: 'motion',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string' },
    input_urls: { type: 'array', required: true, items: 'string' },
    video_urls: { type: 'array', required: true, items: 'string' },
    mode: { type: 'string' },
    character_orientation: { type: 'string' },
    background_source: { type: 'string' },
  },
  images: [{ field: 'input_urls', shape: 'list', role: 'character', min: 1, max: 1 }],
  sound: {},
  duration: { followsInput: true },
  resolution: { field: 'mode', options: ['std', 'pro'] },
  prices: [
    {
      unit: 'second',
      source: 'P1',
      date: '2026-06-30',
      variants: [
        { when: { mode: 'std' }, credits: 20 },
        { when: { mode: 'pro' }, credits: 27 },
      ],
    },
  ],
};
