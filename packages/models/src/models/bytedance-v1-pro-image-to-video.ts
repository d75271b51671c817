import type { KieModel } from '../model.ts';

export const bytedanceV1ProImageToVideo: KieModel = {
  id: 'bytedance/v1-pro-image-to-video',
  family: 'bytedance',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 10000 },
    image_url: { type: 'string', required: true },
    resolution: { type: 'string', enum: ['480p', '720p', '1080p'], default: '720p' },
    duration: { type: 'string', enum: ['5', '10'], default: '5' },
    camera_fixed: { type: 'boolean' },
    seed: { type: 'number', default: -1, minimum: -1, maximum: 2147483647 },
    enable_safety_checker: { type: 'boolean' },
    nsfw_checker: { type: 'boolean' },
  },
  images: [{ field: 'image_url', shape: 'text', role: 'first frame', min: 1, max: 1 }],
  sound: {},
  duration: { field: 'duration', options: ['5', '10'], default: '5' },
  resolution: { field: 'resolution', options: ['480p', '720p', '1080p'], default: '720p' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '480p' }, credits: 2.8 },
        { when: { resolution: '720p' }, credits: 6 },
        { when: { resolution: '1080p' }, credits: 14 },
      ],
    },
  ],
};
