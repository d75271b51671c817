import type { KieModel } from '../model.ts';

export const kling30OmniImageToVideo: KieModel = {
  id: 'kling-3.0-omni/image-to-video',
  family: 'kling-3.0-omni',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 3072 },
    image_urls: { type: 'array', required: true, minItems: 1, maxItems: 2, items: 'string' },
    duration: {
      type: 'integer',
      enum: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
      default: 5,
      minimum: 3,
      maximum: 15,
    },
    resolution: { type: 'string', enum: ['720p', '1080p', '4k'], default: '720p' },
    aspect_ratio: { type: 'string', enum: ['16:9', '9:16', '1:1', 'auto'], default: 'auto' },
    audio: { type: 'boolean' },
    customize_multi_shots: { type: 'boolean' },
    prefer_multi_shots: { type: 'boolean' },
    multi_prompt: { type: 'array', minItems: 1, maxItems: 6, items: 'object', itemFields: ['duration', 'prompt'] },
    elements: {
      type: 'array',
      maxItems: 3,
      items: 'object',
      itemFields: ['description', 'element_input_audio_urls', 'element_input_urls', 'end_time', 'name', 'start_time'],
    },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'frames', min: 1, max: 2 }],
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
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '720p', audio: false }, credits: 14 },
        { when: { resolution: '720p', audio: true }, credits: 20 },
        { when: { resolution: '4k' }, credits: 67 },
      ],
      note: 'P2 prices 1080p like 720p; P3 says 18 and 27 for 1080p',
    },
  ],
};
