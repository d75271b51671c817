import type { KieModel } from '../model.ts';

export const wan26ImageToVideo: KieModel = {
  id: 'wan/2-6-image-to-video',
  family: 'wan',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 5000 },
    image_urls: { type: 'array', required: true, maxItems: 1, items: 'string' },
    duration: { type: 'string', enum: ['5', '10', '15'], default: '5' },
    resolution: { type: 'string', enum: ['720p', '1080p'], default: '1080p' },
    multi_shots: { type: 'boolean', default: false },
    nsfw_checker: { type: 'boolean', disputed: ['default'] },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'frames', min: 1, max: 1 }],
  sound: {},
  duration: { field: 'duration', options: ['5', '10', '15'], default: '5' },
  resolution: { field: 'resolution', options: ['720p', '1080p'], default: '1080p' },
  prices: [
    {
      unit: 'video',
      source: 'P1',
      date: '2026-06-30',
      variants: [
        { when: { resolution: '720p', duration: '5' }, credits: 70 },
        { when: { resolution: '720p', duration: '10' }, credits: 140 },
        { when: { resolution: '720p', duration: '15' }, credits: 210 },
        { when: { resolution: '1080p', duration: '5' }, credits: 104.5 },
        { when: { resolution: '1080p', duration: '10' }, credits: 209.5 },
        { when: { resolution: '1080p', duration: '15' }, credits: 315 },
      ],
      note: 'P2 says 209.5 for 15 s at 720p',
    },
  ],
  notes: ['multi_shots: in A, not in B', 'multi_shots: in A, not in C', 'nsfw_checker.default: A=null C=false'],
};
