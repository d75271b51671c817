import type { KieModel } from '../model.ts';

export const bytedanceV1LiteImageToVideo: KieModel = {
  id: 'bytedance/v1-lite-image-to-video',
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
    end_image_url: { type: 'string' },
    nsfw_checker: { type: 'boolean' },
  },
  images: [
    { field: 'image_url', shape: 'text', role: 'first frame', min: 1, max: 1 },
    { field: 'end_image_url', shape: 'text', role: 'last frame', min: 0, max: 1 },
  ],
  sound: {},
  duration: { field: 'duration', options: ['5', '10'], default: '5' },
  resolution: { field: 'resolution', options: ['480p', '720p', '1080p'], default: '720p' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '480p' }, credits: 2 },
        { when: { resolution: '720p' }, credits: 4.5 },
        { when: { resolution: '1080p' }, credits: 10 },
      ],
    },
  ],
};
