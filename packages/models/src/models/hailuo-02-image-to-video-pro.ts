import type { KieModel } from '../model.ts';

export const hailuo02ImageToVideoPro: KieModel = {
  id: 'hailuo/02-image-to-video-pro',
  family: 'hailuo',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 1500 },
    image_url: { type: 'string', required: true },
    end_image_url: { type: 'string' },
    prompt_optimizer: { type: 'boolean' },
    nsfw_checker: { type: 'boolean', disputed: ['default'] },
  },
  images: [
    { field: 'image_url', shape: 'text', role: 'first frame', min: 1, max: 1 },
    { field: 'end_image_url', shape: 'text', role: 'last frame', min: 0, max: 1 },
  ],
  sound: {},
  duration: { fixedSeconds: 6 },
  prices: [{ unit: 'video', source: 'P2', date: '2026-09-20', variants: [{ when: {}, credits: 57 }], agrees: ['P1'] }],
  notes: ['nsfw_checker.default: A=null B=false', 'nsfw_checker.default: A=null C=false'],
};
