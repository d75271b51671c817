import type { KieModel } from '../model.ts';

export const wan22A14bSpeechToVideoTurbo: KieModel = {
  id: 'wan/2-2-a14b-speech-to-video-turbo',
  family: 'wan',
  kind: 'avatar',
  status: 'documented 2026-08-19',
  source: 'A',
  input: {
    prompt: { type: 'string', required: true, maxLength: 5000 },
    image_url: { type: 'string', required: true },
    audio_url: { type: 'string', required: true },
    num_frames: { type: 'number', default: 80, minimum: 40, maximum: 120 },
    frames_per_second: { type: 'number', default: 16, minimum: 4, maximum: 60 },
    resolution: { type: 'string', enum: ['480p', '580p', '720p'], default: '480p' },
    negative_prompt: { type: 'string', maxLength: 500 },
    seed: { type: 'integer' },
    num_inference_steps: { type: 'number', default: 27, minimum: 2, maximum: 40 },
    guidance_scale: { type: 'number', default: 3.5, minimum: 1, maximum: 10 },
    shift: { type: 'number', default: 5, minimum: 1, maximum: 10 },
    nsfw_checker: { type: 'boolean', disputed: ['default'] },
  },
  images: [{ field: 'image_url', shape: 'text', role: 'character', min: 1, max: 1 }],
  sound: {},
  duration: { followsInput: true },
  resolution: { field: 'resolution', options: ['480p', '580p', '720p'], default: '480p' },
  prices: [
    {
      unit: 'second',
      source: 'P1',
      date: '2026-06-30',
      variants: [
        { when: { resolution: '480p' }, credits: 12 },
        { when: { resolution: '580p' }, credits: 18 },
        { when: { resolution: '720p' }, credits: 24 },
      ],
    },
  ],
  notes: ['nsfw_checker.default: A=null B=false', 'nsfw_checker.default: A=null C=false'],
};
