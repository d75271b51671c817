import type { KieModel } from '../model.ts';

export const wan22A14bImageToVideoTurbo: KieModel = {
  id: 'wan/2-2-a14b-image-to-video-turbo',
  family: 'wan',
  kind: 'frame',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    image_url: { type: 'string', required: true },
    prompt: { type: 'string', required: true, maxLength: 5000 },
    resolution: { type: 'string', enum: ['480p', '720p'], default: '720p' },
    enable_prompt_expansion: { type: 'boolean' },
    seed: { type: 'number', default: 0, minimum: 0, maximum: 2147483647 },
    acceleration: { type: 'string', enum: ['none', 'regular'], default: 'none' },
    nsfw_checker: { type: 'boolean', disputed: ['default'] },
  },
  images: [{ field: 'image_url', shape: 'text', role: 'first frame', min: 1, max: 1 }],
  sound: {},
  duration: { fixedSeconds: 5 },
  resolution: { field: 'resolution', options: ['480p', '720p'], default: '720p' },
  prices: [
    {
      unit: 'video',
      source: 'P1',
      date: '2026-06-30',
      variants: [
        { when: { resolution: '480p' }, credits: 40 },
        { when: { resolution: '580p' }, credits: 60 },
        { when: { resolution: '720p' }, credits: 80 },
      ],
      agrees: ['P2'],
      note: 'a clip is 5 s; 580p is in the price list, not in the schema',
    },
  ],
  notes: ['nsfw_checker.default: A=null C=false'],
};
