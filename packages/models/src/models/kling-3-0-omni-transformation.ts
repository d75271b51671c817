import type { KieModel } from '../model.ts';

export const kling30OmniTransformation: KieModel = {
  id: 'kling-3.0-omni/transformation',
  family: 'kling-3.0-omni',
  kind: 'motion',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, minLength: 1, maxLength: 3072 },
    video_urls: { type: 'array', required: true, minItems: 1, maxItems: 1, items: 'string' },
    image_urls: { type: 'array', maxItems: 4, items: 'string' },
    duration: { type: 'string' },
    resolution: { type: 'string', enum: ['720p', '1080p', '4k'], default: '720p' },
    aspect_ratio: { type: 'string', enum: ['16:9', '9:16', '1:1', 'auto'], default: '16:9' },
    audio: { type: 'boolean' },
    elements: {
      type: 'array',
      items: 'object',
      itemFields: ['description', 'element_input_audio_urls', 'element_input_urls', 'name'],
    },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'character', min: 0, max: 4 }],
  sound: { field: 'audio' },
  duration: { field: 'duration' },
  resolution: { field: 'resolution', options: ['720p', '1080p', '4k'], default: '720p' },
  prices: [],
};
