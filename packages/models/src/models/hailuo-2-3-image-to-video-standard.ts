import type { KieModel } from '../model.ts';

export const hailuo23ImageToVideoStandard: KieModel = {
  id: 'hailuo/2-3-image-to-video-standard',
  family: 'hailuo',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 5000 },
    image_url: { type: 'string', required: true },
    duration: { type: 'string', enum: ['6', '10'], default: '6' },
    resolution: { type: 'string', enum: ['768P', '1080P'], default: '768P' },
  },
  disputedFields: ['nsfw_checker'],
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
        { when: { resolution: '768P', duration: '6' }, credits: 30 },
        { when: { resolution: '768P', duration: '10' }, credits: 50 },
        { when: { resolution: '1080P', duration: '6' }, credits: 50 },
      ],
      agrees: ['P1', 'M'],
    },
  ],
  notes: ['nsfw_checker: in B, not in A', 'nsfw_checker: in C, not in A'],
};
