import type { KieModel } from '../model.ts';

export const wan22AnimateMove: KieModel = {
  id: 'wan/2-2-animate-move',
  family: 'wan',
  kind: 'motion',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    video_url: { type: 'string', required: true },
    image_url: { type: 'string', required: true },
    resolution: { type: 'string', enum: ['480p', '580p', '720p'], default: '480p' },
    nsfw_checker: { type: 'boolean', disputed: ['default'] },
  },
  images: [{ field: 'image_url', shape: 'text', role: 'character', min: 1, max: 1 }],
  sound: {},
  duration: { followsInput: true },
  resolution: { field: 'resolution', options: ['480p', '580p', '720p'], default: '480p' },
  prices: [
    {
      unit: 'second',
      source: 'P1',
      date: '2026-06-30',
      variants: [
        { when: { resolution: '480p' }, credits: 6 },
        { when: { resolution: '580p' }, credits: 9.5 },
        { when: { resolution: '720p' }, credits: 12.5 },
      ],
    },
  ],
  notes: ['nsfw_checker.default: A=null C=false'],
};
