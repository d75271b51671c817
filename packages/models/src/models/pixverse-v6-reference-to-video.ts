import type { KieModel } from '../model.ts';

export const pixverseV6ReferenceToVideo: KieModel = {
  id: 'pixverse-v6/reference-to-video',
  family: 'pixverse-v6',
  kind: 'reference',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, minLength: 3, maxLength: 5000 },
    image_references: {
      type: 'array',
      required: true,
      minItems: 1,
      maxItems: 7,
      items: 'object',
      itemFields: ['image_url', 'ref_name', 'type'],
    },
    aspect_ratio: {
      type: 'string',
      required: true,
      enum: ['16:9', '4:3', '1:1', '3:4', '9:16', '2:3', '3:2', '21:9'],
      default: '16:9',
    },
    quality: { type: 'string', required: true, enum: ['360p', '540p', '720p', '1080p'], default: '720p' },
    duration: { type: 'integer', required: true, default: 5, minimum: 1, maximum: 15 },
    generate_audio_switch: { type: 'boolean', default: false },
    seed: { type: 'integer', minimum: 0, maximum: 2147483647 },
  },
  images: [{ field: 'image_references', shape: 'objects', role: 'references', min: 1, max: 7 }],
  sound: { field: 'generate_audio_switch' },
  duration: { field: 'duration', min: 1, max: 15, default: 5 },
  resolution: { field: 'quality', options: ['360p', '540p', '720p', '1080p'], default: '720p' },
  prices: [],
};
