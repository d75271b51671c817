import type { KieModel } from '../model.ts';

export const kling30Video: KieModel = {
  id: 'kling-3.0/video',
  family: 'kling-3.0',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true },
    image_urls: { type: 'array', items: 'string' },
    sound: { type: 'boolean', required: true, default: false },
    duration: {
      type: 'string',
      required: true,
      enum: ['3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15'],
      default: '5',
    },
    aspect_ratio: { type: 'string', required: true, enum: ['16:9', '9:16', '1:1'], default: '16:9' },
    mode: { type: 'string', required: true, enum: ['std', 'pro', '4K'], default: 'pro' },
    multi_shots: { type: 'boolean', required: true, default: false },
    multi_prompt: { type: 'array', required: true, items: 'object', itemFields: ['duration', 'prompt'] },
    kling_elements: {
      type: 'array',
      maxItems: 3,
      items: 'object',
      itemFields: ['description', 'element_input_audio_urls', 'element_input_urls', 'end_time', 'name', 'start_time'],
      disputed: ['required'],
    },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'frames', min: 0, max: 2 }],
  sound: { field: 'sound' },
  duration: {
    field: 'duration',
    options: ['3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15'],
    default: '5',
  },
  resolution: { field: 'mode', options: ['std', 'pro', '4K'], default: 'pro' },
  prices: [
    {
      unit: 'second',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { mode: 'std', sound: false }, credits: 14 },
        { when: { mode: 'std', sound: true }, credits: 20 },
        { when: { mode: 'pro', sound: false }, credits: 18 },
        { when: { mode: 'pro', sound: true }, credits: 27 },
        { when: { mode: '4K' }, credits: 67 },
      ],
      agrees: ['P1', 'P3'],
    },
  ],
  notes: ['kling_elements.required: A=false C=true'],
};
