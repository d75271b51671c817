import type { KieModel } from '../model.ts';

export const runway: KieModel = {
  id: 'runway',
  family: 'runway',
  kind: 'frame',
  status: 'on createTask since about 2026-09; before that only /api/v1/runway/generate',
  source: 'clients',
  input: {
    prompt: { type: 'string', required: true, maxLength: 1800 },
    image_url: { type: 'string' },
    duration: { type: 'number', required: true, enum: [5, 10] },
    quality: { type: 'string', required: true, enum: ['720p', '1080p'] },
    aspect_ratio: { type: 'string', enum: ['16:9', '9:16', '1:1', '4:3', '3:4'] },
    watermark: { type: 'string' },
  },
  images: [{ field: 'image_url', shape: 'text', role: 'first frame', min: 0, max: 1 }],
  sound: { always: false },
  duration: { field: 'duration', options: [5, 10], default: 5 },
  resolution: { field: 'quality', options: ['720p', '1080p'], default: '720p' },
  prices: [
    {
      unit: 'video',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { quality: '720p', duration: 5 }, credits: 12 },
        { when: { quality: '720p', duration: 10 }, credits: 30 },
        { when: { quality: '1080p', duration: 5 }, credits: 30 },
      ],
      agrees: ['P1'],
    },
  ],
  notes: ['name of the image field on createTask was not seen in an official schema'],
};
