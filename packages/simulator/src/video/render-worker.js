// Plain JavaScript: a worker thread is started from source in tests, and Node 20 cannot run TypeScript.
import { parentPort } from 'node:worker_threads';
import encoders from 'h264-mp4-encoder';
import sharp from 'sharp';
import { gradient, paint, videoSize } from './frames.js';
import { viewAt } from './motion.js';

/**
 * @typedef {import('./render-protocol.ts').RenderRequest} RenderRequest
 * @typedef {import('./render-protocol.ts').RenderReply} RenderReply
 */

/** Room for the camera: the picture is kept this much larger than the video. */
const OVERSAMPLE = 1.3;
/** minih264: 0 is best, 10 fastest; quantisation from 10 (best) to 51. */
const SPEED = 8;
const QUANTISATION = 26;

/** @param {RenderRequest} request */
async function pictureOf({ image, motion, maxSide }) {
  const size = videoSize(16, 9, maxSide);
  if (image === null) return { picture: gradient(size.width, size.height, motion * 61), size };
  const meta = await sharp(image).metadata();
  const { width, height } = meta.autoOrient;
  const fitted = videoSize(width, height, maxSide);
  const { data, info } = await sharp(image)
    .autoOrient()
    .resize(Math.round(fitted.width * OVERSAMPLE), Math.round(fitted.height * OVERSAMPLE), {
      fit: 'fill',
    })
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { picture: { width: info.width, height: info.height, rgba: data }, size: fitted };
}

/** @param {RenderRequest} request */
async function render(request) {
  const { picture, size } = await pictureOf(request).catch(() => pictureOf({ ...request, image: null }));
  const encoder = await encoders.createH264MP4Encoder();
  encoder.width = size.width;
  encoder.height = size.height;
  encoder.frameRate = request.fps;
  encoder.speed = SPEED;
  encoder.quantizationParameter = QUANTISATION;
  encoder.groupOfPictures = request.fps;
  encoder.initialize();
  const count = Math.max(2, Math.round(request.seconds * request.fps));
  const frame = { ...size, rgba: new Uint8Array(size.width * size.height * 4) };
  for (let index = 0; index < count; index += 1) {
    paint(picture, viewAt(request.motion, index / (count - 1)), frame);
    encoder.addFrameRgba(frame.rgba);
  }
  encoder.finalize();
  const mp4 = encoder.FS.readFile(encoder.outputFilename).slice();
  encoder.FS.unlink(encoder.outputFilename);
  encoder.delete();
  return mp4;
}

/** @type {Promise<void>} */
let last = Promise.resolve();

parentPort?.on('message', (/** @type {RenderRequest} */ request) => {
  // One after the other: the encoder is one WebAssembly instance.
  last = last.then(async () => {
    /** @type {RenderReply} */
    const reply = await render(request).then(
      (mp4) => ({ id: request.id, mp4 }),
      (error) => ({ id: request.id, error: String(error) }),
    );
    parentPort?.postMessage(reply, []);
  });
});
