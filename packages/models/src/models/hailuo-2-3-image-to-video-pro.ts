import type { KieModel } from '../model.ts';

export const hailuo23ImageToVideoPro: KieModel = {
  id: 'hailuo/2-3-image-to-video-pro',
  family: 'hailuo',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 5000 },
    image_url: { type: 'string', required: true },
    duration: { type: 'string', enum: ['6', '10'], default: '6' },
    resolution: { type: 'string', enum: ['768P', '1080P'], default: '768P' },
    nsfw_checker: { type: 'boolean', disputed: ['default'] },
  },
  images: [{ field: 'image_url', shape: 'text', role: 'first frame', min: 1, max: 1 }],
  sound: {},
  duration: { field: 'duration', options: ['6', '10'], default: '6' },
  resolution: { field: 'resolution', options: ['768P', '1080P'], default: '768P' },
  prices: [
    {
      unit: 'video',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '768P', duration: '6' }, credits: 45 },
        { when: { resolution: '768P', duration: '10' }, credits: 90 },
        { when: { resolution: '1080P', duration: '6' }, credits: 80 },
      ],
      agrees: ['P1'],
    },
  ],
  notes: ['nsfw_checker.default: A=null B=false', 'nsfw_checker.default: A=null C=false'],
};
