import type { KieModel } from '../model.ts';

export const klingAiAvatarPro: KieModel = {
  id: 'kling/ai-avatar-pro',
  family: 'kling',
  kind: 'avatar',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    image_url: { type: 'string', required: true },
    audio_url: { type: 'string', required: true },
    prompt: { type: 'string', required: true, maxLength: 5000 },
  },
  images: [{ field: 'image_url', shape: 'text', role: 'character', min: 1, max: 1 }],
  sound: {},
  duration: { followsInput: true },
  prices: [{ unit: 'second', source: 'P1', date: '2026-06-30', variants: [{ when: {}, credits: 16 }], agrees: ['P3'] }],
};
