import type { KieModel } from '../model.ts';

export const klingV21MasterImageToVideo: KieModel = {
  id: 'kling/v2-1-master-image-to-video',
  family: 'kling',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    image_url: { type: 'string', required: true },
    prompt: { type: 'string', required: true, maxLength: 5000, disputed: ['maxLength'] },
    cfg_scale: { type: 'number', default: 0.5, minimum: 0, maximum: 1 },
    duration: { type: 'string', enum: ['5', '10'], default: '5' },
    negative_prompt: { type: 'string', maxLength: 500 },
  },
  images: [{ field: 'image_url', shape: 'text', role: 'first frame', min: 1, max: 1 }],
  sound: {},
  duration: { field: 'duration', options: ['5', '10'], default: '5' },
  prices: [
    {
      unit: 'video',
      source: 'P2',
      date: '2026-09-20',
      variants: [
        { when: { duration: '5' }, credits: 160 },
        { when: { duration: '10' }, credits: 320 },
      ],
      agrees: ['P1'],
    },
  ],
  notes: ['prompt.maxLength: A=5000 B=2500'],
};
