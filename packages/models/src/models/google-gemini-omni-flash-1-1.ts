import type { KieModel } from '../model.ts';

export const googleGeminiOmniFlash11: KieModel = {
  id: 'google/gemini-omni-flash-1-1',
  family: 'google',
  kind: 'frame',
  status: 'newer than source A (2026-09 on)',
  source: 'clients',
  input: {
    prompt: { type: 'string', required: true, maxLength: 20000 },
    first_frame_url: { type: 'string' },
    last_frame_url: { type: 'string' },
    image_urls: { type: 'array', maxItems: 7, items: 'string' },
    audio_ids: { type: 'array', items: 'string' },
    character_ids: { type: 'array', items: 'string' },
    video_list: { type: 'array', items: 'object' },
    duration: { type: 'string', required: true, enum: ['4', '6', '8', '10'] },
    aspect_ratio: { type: 'string', enum: ['16:9', '9:16'] },
    resolution: { type: 'string', enum: ['360p', '720p', '1080p', '4k'] },
    seed: { type: 'integer' },
  },
  images: [
    { field: 'first_frame_url', shape: 'text', role: 'first frame', min: 0, max: 1 },
    { field: 'last_frame_url', shape: 'text', role: 'last frame', min: 0, max: 1 },
    { field: 'image_urls', shape: 'list', role: 'references', min: 0, max: 7 },
  ],
  sound: { always: true },
  duration: { field: 'duration', options: ['4', '6', '8', '10'] },
  resolution: { field: 'resolution', options: ['360p', '720p', '1080p', '4k'], default: '720p' },
  prices: [
    {
      unit: 'video',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: ['360p', '720p', '1080p'], duration: '4' }, credits: 63 },
        { when: { resolution: ['360p', '720p', '1080p'], duration: '6' }, credits: 84 },
        { when: { resolution: ['360p', '720p', '1080p'], duration: '8' }, credits: 105 },
        { when: { resolution: ['360p', '720p', '1080p'], duration: '10' }, credits: 126 },
        { when: { resolution: '4k', duration: '4' }, credits: 147 },
        { when: { resolution: '4k', duration: '6' }, credits: 168 },
        { when: { resolution: '4k', duration: '8' }, credits: 189 },
        { when: { resolution: '4k', duration: '10' }, credits: 210 },
      ],
      agrees: ['P3', 'M (4 s, 720p)'],
    },
  ],
  notes: ['one client sends frames in image_urls, another in first_frame_url and last_frame_url'],
};
