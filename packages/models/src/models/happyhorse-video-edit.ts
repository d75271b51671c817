import type { KieModel } from '../model.ts';

export const happyhorseVideoEdit: KieModel = {
  id: 'happyhorse/video-edit',
  family: 'happyhorse',
  kind: 'motion',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 5000 },
    video_url: { type: 'string', required: true },
    reference_image: { type: 'array', minItems: 0, maxItems: 5, items: 'string' },
    resolution: { type: 'string', enum: ['720p', '1080p'], default: '1080p' },
    audio_setting: { type: 'string', enum: ['auto', 'origin'], default: 'auto' },
    seed: { type: 'integer', default: 0, minimum: 0, maximum: 2147483647, disputed: ['default'] },
  },
  images: [{ field: 'reference_image', shape: 'list', role: 'character', min: 0, max: 5 }],
  sound: {},
  duration: { followsInput: true },
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
  notes: ['seed.default: A=0 C=null'],
};
