import type { KieModel } from '../model.ts';

export const kling26ImageToVideo: KieModel = {
  id: 'kling-2.6/image-to-video',
  family: 'kling-2.6',
  kind: 'frame',
  status: 'documented, validated strictly',
  source: 'doc',
  strict: true,
  input: {
    prompt: { type: 'string', required: true, maxLength: 1000 },
    image_urls: { type: 'array', required: true, items: 'string', minItems: 1 },
    sound: { type: 'boolean', required: true },
    duration: { type: 'string', required: true, enum: ['5', '10', '15', '20', '30', '40', '50', '60', '70', '80'] },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'frames', min: 1, max: 1 }],
  sound: { field: 'sound' },
  duration: { field: 'duration', options: ['5', '10', '15', '20', '30', '40', '50', '60', '70', '80'] },
  prices: [
    {
      unit: 'video',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { duration: '5', sound: false }, credits: 55 },
        { when: { duration: '5', sound: true }, credits: 110 },
        { when: { duration: '10', sound: false }, credits: 110 },
        { when: { duration: '10', sound: true }, credits: 220 },
      ],
      agrees: ['P1'],
    },
  ],
};
