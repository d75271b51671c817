import type { KieModel } from '../model.ts';

export const bytedanceSeedance2Mini: KieModel = {
  id: 'bytedance/seedance-2-mini',
  family: 'bytedance',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', minLength: 3, maxLength: 20000 },
    first_frame_url: { type: 'string' },
    last_frame_url: { type: 'string' },
    reference_image_urls: { type: 'array', maxItems: 9, items: 'string' },
    reference_video_urls: { type: 'array', maxItems: 3, items: 'string' },
    reference_audio_urls: { type: 'array', maxItems: 3, items: 'string' },
    generate_audio: { type: 'boolean', default: true },
    resolution: { type: 'string', enum: ['480p', '720p'], default: '720p' },
    aspect_ratio: { type: 'string', enum: ['1:1', '4:3', '3:4', '16:9', '9:16', '21:9', 'adaptive'], default: '16:9' },
    duration: { type: 'integer', default: 5 },
    web_search: { type: 'boolean' },
    nsfw_checker: { type: 'boolean' },
  },
  images: [
    { field: 'first_frame_url', shape: 'text', role: 'first frame', min: 0, max: 1 },
    { field: 'last_frame_url', shape: 'text', role: 'last frame', min: 0, max: 1 },
    { field: 'reference_image_urls', shape: 'list', role: 'references', min: 0, max: 9 },
  ],
  sound: { field: 'generate_audio' },
  duration: { field: 'duration', min: 4, max: 15, default: 5, described: true },
  resolution: { field: 'resolution', options: ['480p', '720p'], default: '720p' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '480p' }, credits: 3.8 },
        { when: { resolution: '720p' }, credits: 8.2 },
      ],
      agrees: ['P3'],
    },
  ],
};
