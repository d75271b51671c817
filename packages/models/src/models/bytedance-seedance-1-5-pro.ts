import type { KieModel } from '../model.ts';

export const bytedanceSeedance15Pro: KieModel = {
  id: 'bytedance/seedance-1.5-pro',
  family: 'bytedance',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, minLength: 3, maxLength: 20000, disputed: ['maxLength'] },
    input_urls: { type: 'array', maxItems: 2, items: 'string' },
    aspect_ratio: {
      type: 'string',
      required: true,
      enum: ['1:1', '4:3', '3:4', '16:9', '9:16', '21:9'],
      default: '1:1',
    },
    resolution: { type: 'string', enum: ['480p', '720p', '1080p'], default: '720p' },
    duration: { type: 'number', required: true, disputed: ['type', 'required', 'enum'] },
    fixed_lens: { type: 'boolean', default: false },
    generate_audio: { type: 'boolean', default: false },
    nsfw_checker: { type: 'boolean' },
  },
  images: [{ field: 'input_urls', shape: 'list', role: 'frames', min: 0, max: 2 }],
  sound: { field: 'generate_audio' },
  duration: { field: 'duration', min: 4, max: 12, described: true },
  resolution: { field: 'resolution', options: ['480p', '720p', '1080p'], default: '720p' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { resolution: '480p', generate_audio: false }, credits: 1.75 },
        { when: { resolution: '720p', generate_audio: false }, credits: 3.5 },
        { when: { resolution: '1080p', generate_audio: false }, credits: 7.5 },
        { when: { resolution: '480p', generate_audio: true }, credits: 3.5 },
        { when: { resolution: '720p', generate_audio: true }, credits: 7 },
        { when: { resolution: '1080p', generate_audio: true }, credits: 15 },
      ],
      agrees: ['P1'],
    },
  ],
  notes: [
    'duration.type: A="number" B="string"',
    'duration.required: A=true B=false',
    'duration.enum: A=null B=["4", "8", "12"]',
    'prompt.maxLength: A=20000 B=2500',
  ],
};
