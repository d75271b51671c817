import type { KieModel } from '../model.ts';

export const wan30VideoPrime: KieModel = {
  id: 'wan/3-0-video-prime',
  family: 'wan',
  kind: 'frame',
  status: 'newer than source A (2026-08-26 on)',
  source: 'clients',
  input: {
    prompt: { type: 'string', maxLength: 20000 },
    first_frame_url: { type: 'string' },
    last_frame_url: { type: 'string' },
    reference_image_urls: { type: 'array', maxItems: 10, items: 'string' },
    reference_video_urls: { type: 'array', maxItems: 5, items: 'string' },
    reference_audio_urls: { type: 'array', maxItems: 5, items: 'string' },
    aspect_ratio: { type: 'string', enum: ['adaptive', '16:9', '9:16', '1:1', '4:3', '3:4'] },
    resolution: { type: 'string', enum: ['480P', '720P', '1080P'] },
    duration: { type: 'integer', minimum: 2, maximum: 30 },
    audio: { type: 'boolean', default: true },
    seed: { type: 'integer', minimum: 0, maximum: 2147483647 },
  },
  images: [
    { field: 'first_frame_url', shape: 'text', role: 'first frame', min: 0, max: 1 },
    { field: 'last_frame_url', shape: 'text', role: 'last frame', min: 0, max: 1 },
    { field: 'reference_image_urls', shape: 'list', role: 'references', min: 0, max: 10 },
  ],
  sound: { field: 'audio' },
  duration: { field: 'duration', min: 2, max: 30, default: 5, open: [-1] },
  resolution: { field: 'resolution', options: ['480P', '720P', '1080P'], default: '1080P' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '480P' }, credits: 12.2 },
        { when: { resolution: '720P' }, credits: 25.2 },
        { when: { resolution: '1080P' }, credits: 50.4 },
      ],
      agrees: ['P3 (1080P)'],
    },
  ],
  notes: [
    'create path: /api/v1/jobs/createTask in most clients, /api/v3 in one',
    'seconds of reference videos are billed too',
  ],
};
