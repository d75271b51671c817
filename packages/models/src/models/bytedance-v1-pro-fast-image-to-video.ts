import type { KieModel } from '../model.ts';

export const bytedanceV1ProFastImageToVideo: KieModel = {
  id: 'bytedance/v1-pro-fast-image-to-video',
  family: 'bytedance',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 10000 },
    image_url: { type: 'string', required: true },
    resolution: { type: 'string', enum: ['720p', '1080p'], default: '720p' },
    duration: { type: 'string', enum: ['5', '10'], default: '5' },
    nsfw_checker: { type: 'boolean' },
  },
  images: [{ field: 'image_url', shape: 'text', role: 'first frame', min: 1, max: 1 }],
  sound: {},
  duration: { field: 'duration', options: ['5', '10'], default: '5' },
  resolution: { field: 'resolution', options: ['720p', '1080p'], default: '720p' },
  prices: [],
};
