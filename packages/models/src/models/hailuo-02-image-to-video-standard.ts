import type { KieModel } from '../model.ts';

export const hailuo02ImageToVideoStandard: KieModel = {
  id: 'hailuo/02-image-to-video-standard',
  family: 'hailuo',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 1500 },
    image_url: { type: 'string', required: true },
    end_image_url: { type: 'string' },
    duration: { type: 'string', enum: ['6', '10'], default: '10' },
    resolution: { type: 'string', enum: ['512P', '768P'], default: '768P' },
    prompt_optimizer: { type: 'boolean' },
    nsfw_checker: { type: 'boolean', disputed: ['default'] },
  },
  images: [
    { field: 'image_url', shape: 'text', role: 'first frame', min: 1, max: 1 },
    { field: 'end_image_url', shape: 'text', role: 'last frame', min: 0, max: 1 },
  ],
  sound: {},
  duration: { field: 'duration', options: ['6', '10'], default: '10' },
  resolution: { field: 'resolution', options: ['512P', '768P'], default: '768P' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '512P' }, credits: 2 },
        { when: { resolution: '768P' }, credits: 5 },
      ],
      agrees: ['P1'],
    },
  ],
  notes: ['nsfw_checker.default: A=null B=false', 'nsfw_checker.default: A=null C=false'],
};
