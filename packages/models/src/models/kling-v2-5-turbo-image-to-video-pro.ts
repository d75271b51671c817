import type { KieModel } from '../model.ts';

export const klingV25TurboImageToVideoPro: KieModel = {
  id: 'kling/v2-5-turbo-image-to-video-pro',
  family: 'kling',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    image_url: { type: 'string', required: true },
    prompt: { type: 'string', required: true, maxLength: 2500 },
    cfg_scale: { type: 'number', default: 0.5, minimum: 0, maximum: 1 },
    duration: { type: 'string', enum: ['5', '10'], default: '5' },
    negative_prompt: { type: 'string', maxLength: 500, disputed: ['maxLength'] },
    tail_image_url: { type: 'string' },
  },
  images: [
    { field: 'image_url', shape: 'text', role: 'first frame', min: 1, max: 1 },
    { field: 'tail_image_url', shape: 'text', role: 'last frame', min: 0, max: 1 },
  ],
  sound: {},
  duration: { field: 'duration', options: ['5', '10'], default: '5' },
  prices: [
    {
      unit: 'video',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { duration: '5' }, credits: 42 },
        { when: { duration: '10' }, credits: 84 },
      ],
      agrees: ['P1'],
    },
  ],
  notes: ['negative_prompt.maxLength: A=500 C=2496'],
};
