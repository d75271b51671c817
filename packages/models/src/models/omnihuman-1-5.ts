import type { KieModel } from '../model.ts';

export const omnihuman15: KieModel = {
  id: 'omnihuman-1-5',
  family: 'omnihuman',
  kind: 'avatar',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    image_url: { type: 'string', required: true, format: 'uri' },
    mask_url: { type: 'array', maxItems: 5, items: 'string' },
    audio_url: { type: 'string', required: true, format: 'uri' },
    prompt: { type: 'string', maxLength: 300, disputed: ['maxLength'] },
    output_resolution: { type: 'string', enum: ['720', '1080'], default: '1080' },
    pe_fast_mode: { type: 'boolean', default: false },
    seed: { type: 'integer', default: -1 },
  },
  images: [{ field: 'image_url', shape: 'text', role: 'character', min: 1, max: 1 }],
  sound: {},
  duration: { followsInput: true },
  prices: [{ unit: 'second', source: 'P1', date: '2026-06-30', variants: [{ when: {}, credits: 27 }], agrees: ['P3'] }],
  notes: ['prompt.maxLength: A=300 C=1000'],
};
