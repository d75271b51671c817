import type { KieModel } from '../model.ts';

export const minimaxH3ImageToVideo: KieModel = {
  id: 'minimax-h3/image-to-video',
  family: 'minimax-h3',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, minLength: 1, maxLength: 7000 },
    first_frame_url: { type: 'string', format: 'uri' },
    last_frame_url: { type: 'string', format: 'uri' },
    duration: {
      type: 'integer',
      required: true,
      enum: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
      default: 6,
      minimum: 4,
      maximum: 15,
    },
    resolution: { type: 'string', enum: ['768P', '2K'], default: '2K' },
  },
  images: [
    { field: 'first_frame_url', shape: 'text', role: 'first frame', min: 0, max: 1 },
    { field: 'last_frame_url', shape: 'text', role: 'last frame', min: 0, max: 1 },
  ],
  sound: {},
  duration: { field: 'duration', options: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], min: 4, max: 15, default: 6 },
  resolution: { field: 'resolution', options: ['768P', '2K'], default: '2K' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '768P' }, credits: 8 },
        { when: { resolution: '2K' }, credits: 13 },
      ],
      agrees: ['P3'],
    },
  ],
};
