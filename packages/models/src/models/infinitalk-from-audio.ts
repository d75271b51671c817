import type { KieModel } from '../model.ts';

export const infinitalkFromAudio: KieModel = {
  id: 'infinitalk/from-audio',
  family: 'infinitalk',
  kind: 'avatar',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    image_url: { type: 'string', required: true },
    audio_url: { type: 'string', required: true },
    prompt: { type: 'string', required: true, maxLength: 5000 },
    resolution: { type: 'string', enum: ['480p', '720p'], default: '480p' },
    seed: { type: 'number' },
  },
  images: [{ field: 'image_url', shape: 'text', role: 'character', min: 1, max: 1 }],
  sound: {},
  duration: { followsInput: true },
  resolution: { field: 'resolution', options: ['480p', '720p'], default: '480p' },
  prices: [
    {
      unit: 'second',
      source: 'P1',
      date: '2026-06-30',
      variants: [
        { when: { resolution: '480p' }, credits: 3 },
        { when: { resolution: '720p' }, credits: 12 },
      ],
      agrees: ['P3 (720p)'],
    },
  ],
};
