import type { KieModel } from '../model.ts';

export const kling30OmniReferenceToVideo: KieModel = {
  id: 'kling-3.0-omni/reference-to-video',
  family: 'kling-3.0-omni',
  kind: 'reference',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, minLength: 1, maxLength: 3072 },
    image_urls: { type: 'array', maxItems: 7, items: 'string' },
    duration: {
      type: 'integer',
      enum: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
      default: 5,
      minimum: 3,
      maximum: 15,
    },
    resolution: { type: 'string', enum: ['720p', '1080p', '4k'], default: '720p' },
    aspect_ratio: { type: 'string', enum: ['16:9', '9:16', '1:1'], default: '16:9' },
    audio: { type: 'boolean' },
    customize_multi_shots: { type: 'boolean' },
    prefer_multi_shots: { type: 'boolean' },
    multi_prompt: { type: 'array', minItems: 1, maxItems: 6, items: 'object', itemFields: ['duration', 'prompt'] },
    elements: {
      type: 'array',
      items: 'object',
      itemFields: ['description', 'element_input_audio_urls', 'element_input_urls', 'end_time', 'name', 'start_time'],
    },
    video_urls: { type: 'array', minItems: 1, maxItems: 1, items: 'string' },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'references', min: 0, max: 7 }],
  sound: { field: 'audio' },
  duration: { field: 'duration', options: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], min: 3, max: 15, default: 5 },
  resolution: { field: 'resolution', options: ['720p', '1080p', '4k'], default: '720p' },
  prices: [
    {
      unit: 'second',
      source: 'P3',
      date: '2026-10-07',
      variants: [
        { when: { resolution: '1080p', audio: false }, credits: 18 },
        { when: { resolution: '1080p', audio: true }, credits: 27 },
      ],
    },
  ],
};
