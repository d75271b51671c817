import type { KieModel } from '../model.ts';

export const pixverseV6Transition: KieModel = {
  id: 'pixverse-v6/transition',
  family: 'pixverse-v6',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, minLength: 3, maxLength: 5000 },
    first_frame_image_url: { type: 'string', required: true, format: 'uri' },
    last_frame_image_url: { type: 'string', required: true, format: 'uri' },
    quality: { type: 'string', required: true, enum: ['360p', '540p', '720p', '1080p'], default: '720p' },
    duration: { type: 'integer', required: true, default: 5, minimum: 1, maximum: 15 },
    generate_audio_switch: { type: 'boolean', default: false },
    seed: { type: 'integer', minimum: 0, maximum: 2147483647 },
  },
  images: [
    { field: 'first_frame_image_url', shape: 'text', role: 'first frame', min: 1, max: 1 },
    { field: 'last_frame_image_url', shape: 'text', role: 'last frame', min: 1, max: 1 },
  ],
  sound: { field: 'generate_audio_switch' },
  duration: { field: 'duration', min: 1, max: 15, default: 5 },
  resolution: { field: 'quality', options: ['360p', '540p', '720p', '1080p'], default: '720p' },
  prices: [],
};
