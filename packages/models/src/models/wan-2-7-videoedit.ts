import type { KieModel } from '../model.ts';

export const wan27Videoedit: KieModel = {
  id: 'wan/2-7-videoedit',
  family: 'wan',
  kind: 'motion',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', maxLength: 5000 },
    negative_prompt: { type: 'string', maxLength: 500 },
    video_url: { type: 'string', required: true, format: 'uri' },
    reference_image: { type: 'string', format: 'uri' },
    resolution: { type: 'string', enum: ['720p', '1080p'], default: '1080p' },
    aspect_ratio: { type: 'string', enum: ['16:9', '9:16', '1:1', '4:3', '3:4'] },
    duration: { type: 'integer', default: 0, minimum: 0, maximum: 10 },
    audio_setting: { type: 'string', enum: ['auto', 'origin'], default: 'auto' },
    prompt_extend: { type: 'boolean', default: true },
    watermark: { type: 'boolean', default: false },
    seed: { type: 'integer', minimum: 0, maximum: 2147483647 },
    nsfw_checker: { type: 'boolean' },
  },
  images: [{ field: 'reference_image', shape: 'text', role: 'character', min: 0, max: 1 }],
  sound: {},
  duration: { field: 'duration', min: 2, max: 10, open: [0], followsInput: true },
  resolution: { field: 'resolution', options: ['720p', '1080p'], default: '1080p' },
  prices: [
    {
      unit: 'second',
      source: 'P1',
      date: '2026-06-30',
      variants: [
        { when: { resolution: '720p' }, credits: 16 },
        { when: { resolution: '1080p' }, credits: 24 },
      ],
    },
  ],
};
