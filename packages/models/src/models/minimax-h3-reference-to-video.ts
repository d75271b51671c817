import type { KieModel } from '../model.ts';

export const minimaxH3ReferenceToVideo: KieModel = {
  id: 'minimax-h3/reference-to-video',
  family: 'minimax-h3',
  kind: 'reference',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, minLength: 1, maxLength: 7000 },
    reference_image_urls: { type: 'array', maxItems: 9, items: 'string' },
    reference_video_urls: { type: 'array', maxItems: 3, items: 'string' },
    reference_audio_urls: { type: 'array', maxItems: 3, items: 'string' },
    aspect_ratio: {
      type: 'string',
      enum: ['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16'],
      default: 'adaptive',
    },
    duration: {
      type: 'integer',
      required: true,
      enum: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
      default: 6,
      minimum: 4,
      maximum: 15,
    },
    resolution: { type: 'string', enum: ['768P', '2K'], default: '2K' },
  },
  images: [{ field: 'reference_image_urls', shape: 'list', role: 'references', min: 0, max: 9 }],
  sound: {},
  duration: { field: 'duration', options: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], min: 4, max: 15, default: 6 },
  resolution: { field: 'resolution', options: ['768P', '2K'], default: '2K' },
  prices: [
    {
      unit: 'second',
      source: 'M',
      date: '2026-09-28',
      variants: [
        { when: { resolution: '768P' }, credits: 8 },
        { when: { resolution: '2K' }, credits: 13 },
      ],
      note: 'one client adds 4 credits for each image after the fifth and bills the seconds of reference videos',
    },
  ],
};
