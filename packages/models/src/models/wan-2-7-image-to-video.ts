import type { KieModel } from '../model.ts';

export const wan27ImageToVideo: KieModel = {
  id: 'wan/2-7-image-to-video',
  family: 'wan',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 5000, disputed: ['required'] },
    negative_prompt: { type: 'string', maxLength: 500 },
    first_frame_url: { type: 'string', format: 'uri' },
    last_frame_url: { type: 'string', format: 'uri' },
    first_clip_url: { type: 'string', format: 'uri' },
    driving_audio_url: { type: 'string', format: 'uri' },
    resolution: { type: 'string', enum: ['720p', '1080p'], default: '1080p' },
    duration: { type: 'integer', default: 5, minimum: 2, maximum: 15 },
    prompt_extend: { type: 'boolean', default: true },
    watermark: { type: 'boolean', default: false },
    seed: { type: 'integer', minimum: 0, maximum: 2147483647 },
    nsfw_checker: { type: 'boolean' },
  },
  images: [
    { field: 'first_frame_url', shape: 'text', role: 'first frame', min: 0, max: 1 },
    { field: 'last_frame_url', shape: 'text', role: 'last frame', min: 0, max: 1 },
  ],
  sound: {},
  duration: { field: 'duration', min: 2, max: 15, default: 5 },
  resolution: { field: 'resolution', options: ['720p', '1080p'], default: '1080p' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '720p' }, credits: 16 },
        { when: { resolution: '1080p' }, credits: 24 },
      ],
      agrees: ['P1'],
    },
  ],
  notes: ['prompt.required: A=true C=false'],
};
