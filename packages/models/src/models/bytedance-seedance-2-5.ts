import type { KieModel } from '../model.ts';

export const bytedanceSeedance25: KieModel = {
  id: 'bytedance/seedance-2-5',
  family: 'bytedance',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', maxLength: 30000 },
    first_frame_url: { type: 'string' },
    last_frame_url: { type: 'string' },
    reference_image_urls: { type: 'array', maxItems: 30, items: 'string' },
    reference_video_urls: { type: 'array', maxItems: 10, items: 'string' },
    reference_audio_urls: { type: 'array', maxItems: 10, items: 'string' },
    return_last_frame: { type: 'boolean', default: false },
    generate_audio: { type: 'boolean', default: true },
    resolution: { type: 'string', enum: ['480p', '720p', '1080p'], default: '720p' },
    aspect_ratio: {
      type: 'string',
      enum: ['1:1', '4:3', '3:4', '16:9', '9:16', '21:9', 'adaptive'],
      default: 'adaptive',
    },
    duration: { type: 'integer', default: 5 },
    output_format: { type: 'string', enum: ['mp4', 'mov'], default: 'mp4' },
    web_search: { type: 'boolean' },
    nsfw_checker: { type: 'boolean' },
  },
  images: [
    { field: 'first_frame_url', shape: 'text', role: 'first frame', min: 0, max: 1 },
    { field: 'last_frame_url', shape: 'text', role: 'last frame', min: 0, max: 1 },
    { field: 'reference_image_urls', shape: 'list', role: 'references', min: 0, max: 30 },
  ],
  sound: { field: 'generate_audio' },
  duration: { field: 'duration', min: 4, max: 30, default: 5, described: true, open: [-1] },
  resolution: { field: 'resolution', options: ['480p', '720p', '1080p'], default: '720p' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '480p' }, credits: 28 },
        { when: { resolution: '720p' }, credits: 63 },
        { when: { resolution: '1080p' }, credits: 158 },
      ],
      agrees: ['P3'],
      note: 'cheaper with video input (P3), figure not found',
    },
  ],
};
