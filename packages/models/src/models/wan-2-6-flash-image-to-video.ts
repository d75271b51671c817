import type { KieModel } from '../model.ts';

export const wan26FlashImageToVideo: KieModel = {
  id: 'wan/2-6-flash-image-to-video',
  family: 'wan',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 1500 },
    image_urls: { type: 'array', required: true, maxItems: 1, items: 'string' },
    duration: { type: 'string', enum: ['5', '10', '15'], default: '5' },
    resolution: { type: 'string', enum: ['720p', '1080p'], default: '1080p' },
    audio: { type: 'boolean', required: true },
    multi_shots: { type: 'boolean' },
    nsfw_checker: { type: 'boolean', disputed: ['default'] },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'frames', min: 1, max: 1 }],
  sound: { field: 'audio' },
  duration: { field: 'duration', options: ['5', '10', '15'], default: '5' },
  resolution: { field: 'resolution', options: ['720p', '1080p'], default: '1080p' },
  prices: [],
  notes: ['nsfw_checker.default: A=null B=false', 'nsfw_checker: in A, not in C'],
};
