// Plain JavaScript: a worker thread is started from source in tests, and Node 20 cannot run TypeScript.
import { parentPort } from 'node:worker_threads';
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

/**
 * Both are optional dependencies: without one of them nothing is rendered.
 * @typedef {Awaited<ReturnType<typeof loadTools>>} Tools
 */
async function loadTools() {
  const [{ default: encoders }, { default: sharp }] = await Promise.all([import('h264-mp4-encoder'), import('sharp')]);
  return { encoders, sharp };
}

/**
 * @param {Tools['sharp']} sharp
 * @param {RenderRequest} request
 */
async function pictureOf(sharp, { image, motion, maxSide }) {
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

/**
 * @param {Tools} tools
 * @param {RenderRequest} request
 */
async function render({ encoders, sharp }, request) {
  const { picture, size } = await pictureOf(sharp, request).catch(() => pictureOf(sharp, { ...request, image: null }));
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

/**
 * @param {RenderRequest} request
 * @returns {Promise<RenderReply>}
 */
async function replyTo(request) {
  const { id } = request;
  tools ??= loadTools();
  /** @type {Tools} */
  let loaded;
  try {
    loaded = await tools;
  } catch (error) {
    return { id, missing: reasonOf(error) };
  }
  return render(loaded, request).then(
    (mp4) => ({ id, mp4 }),
    (error) => ({ id, error: String(error) }),
  );
}

/**
 * In one line, and without the path of this file, which every installation has.
 * @param {unknown} error
 */
function reasonOf(error) {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replace(/ imported from .*$/u, '');
}

/** @type {Promise<Tools> | undefined} */
let tools;
/** @type {Promise<void>} */
let last = Promise.resolve();

parentPort?.on('message', (/** @type {RenderRequest} */ request) => {
  // One after the other: the encoder is one WebAssembly instance.
  last = last.then(async () => {
    parentPort?.postMessage(await replyTo(request), []);
  });
});
