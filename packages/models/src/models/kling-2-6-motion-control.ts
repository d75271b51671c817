import type { KieModel } from '../model.ts';

export const kling26MotionControl: KieModel = {
  id: 'kling-2.6/motion-control',
  family: 'kling-2.6',
  kind: 'motion',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', maxLength: 2500 },
    input_urls: { type: 'array', required: true, maxItems: 1, items: 'string' },
    video_urls: { type: 'array', required: true, maxItems: 1, items: 'string' },
    character_orientation: { type: 'string', required: true, enum: ['image', 'video'], default: 'video' },
    mode: { type: 'string', required: true, enum: ['720p', '1080p'], default: '720p' },
  },
  images: [{ field: 'input_urls', shape: 'list', role: 'character', min: 1, max: 1 }],
  sound: {},
  duration: { followsInput: true },
  resolution: { field: 'mode', options: ['720p', '1080p'], default: '720p' },
  prices: [
    {
      unit: 'second',
      source: 'P1',
      date: '2026-06-30',
      variants: [
        { when: { mode: '720p' }, credits: 11 },
        { when: { mode: '1080p' }, credits: 18 },
      ],
    },
  ],
};
