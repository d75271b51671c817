import type { KieModel } from '../model.ts';

export const geminiOmniVideo: KieModel = {
  id: 'gemini-omni-video',
  family: 'gemini',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 20000 },
    image_urls: { type: 'array', items: 'string' },
    audio_ids: { type: 'array', items: 'string' },
    video_list: { type: 'array', items: 'object', itemFields: ['ends', 'start', 'url'] },
    character_ids: { type: 'array', items: 'string' },
    duration: { type: 'string', required: true, enum: ['4', '6', '8', '10'] },
    aspect_ratio: { type: 'string', enum: ['16:9', '9:16'] },
    seed: { type: 'integer' },
    resolution: { type: 'string', enum: ['720p', '1080p', '4k'], default: '720p' },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'references', min: 0, max: 7 }],
  sound: {},
  duration: { field: 'duration', options: ['4', '6', '8', '10'] },
  resolution: { field: 'resolution', options: ['720p', '1080p', '4k'], default: '720p' },
  prices: [
    {
      unit: 'video',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: ['720p', '1080p'], duration: '4' }, credits: 63 },
        { when: { resolution: ['720p', '1080p'], duration: '6' }, credits: 84 },
        { when: { resolution: ['720p', '1080p'], duration: '8' }, credits: 105 },
        { when: { resolution: ['720p', '1080p'], duration: '10' }, credits: 126 },
        { when: { resolution: '4k', duration: '4' }, credits: 147 },
        { when: { resolution: '4k', duration: '6' }, credits: 168 },
        { when: { resolution: '4k', duration: '8' }, credits: 189 },
        { when: { resolution: '4k', duration: '10' }, credits: 210 },
      ],
    },
  ],
};
