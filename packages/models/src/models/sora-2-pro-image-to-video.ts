import type { KieModel } from '../model.ts';

export const sora2ProImageToVideo: KieModel = {
  id: 'sora-2-pro-image-to-video',
  family: 'sora',
  kind: 'frame',
  status: 'withdrawn: in B (2026-04), not in A (2026-08); live answer "temporarily paused"',
  source: 'B',
  input: {
    prompt: { type: 'string', required: true, maxLength: 10000 },
    image_urls: { type: 'array', required: true, maxItems: 1, items: 'string' },
    aspect_ratio: { type: 'string', enum: ['portrait', 'landscape'], default: 'landscape' },
    n_frames: { type: 'string', enum: ['10', '15'], default: '10' },
    size: { type: 'string', enum: ['standard', 'high'], default: 'standard' },
    remove_watermark: { type: 'boolean' },
    character_id_list: { type: 'array', maxItems: 5, items: 'string' },
    upload_method: { type: 'string', required: true, enum: ['oss', 's3'], default: 's3' },
  },
  images: [{ field: 'image_urls', shape: 'list', role: 'first frame', min: 1, max: 1 }],
  sound: { always: true },
  duration: { field: 'n_frames', options: ['10', '15'], default: '10' },
  prices: [],
};
