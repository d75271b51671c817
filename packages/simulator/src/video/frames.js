/**
 * Raw RGBA pixels.
 * @typedef {{ width: number, height: number, rgba: Uint8Array }} Picture
 */

/**
 * Even dimensions for the video of an image: its aspect, the longest side at most `maxSide`,
 * the area at most that of 16:9 at this side.
 * @param {number} width
 * @param {number} height
 * @param {number} maxSide
 */
export function videoSize(width, height, maxSide) {
  const area = maxSide * maxSide * (9 / 16);
  const scale = Math.min(maxSide / Math.max(width, height), Math.sqrt(area / (width * height)));
  return { width: even(width * scale), height: even(height * scale) };
}

/** @param {number} value */
function even(value) {
  return Math.max(2, Math.round(value / 2) * 2);
}

/**
 * One frame: the part of the picture that the view shows, sampled bilinearly, so that slow moves do not jitter.
 * @param {Picture} picture
 * @param {import('./motion.js').View} view
 * @param {Picture} target is written to
 */
export function paint(picture, view, target) {
  const left = (view.x - view.size / 2) * (picture.width - 1);
  const top = (view.y - view.size / 2) * (picture.height - 1);
  const stepX = (view.size * (picture.width - 1)) / (target.width - 1);
  const stepY = (view.size * (picture.height - 1)) / (target.height - 1);
  for (let row = 0; row < target.height; row += 1) {
    const y = clamp(top + row * stepY, picture.height - 1);
    for (let column = 0; column < target.width; column += 1) {
      const x = clamp(left + column * stepX, picture.width - 1);
      sample(picture, x, y, target.rgba, (row * target.width + column) * 4);
    }
  }
}

/**
 * @param {number} value
 * @param {number} most
 */
function clamp(value, most) {
  return Math.min(Math.max(value, 0), most);
}

/**
 * @param {Picture} picture
 * @param {number} x
 * @param {number} y
 * @param {Uint8Array} out
 * @param {number} at
 */
function sample({ width, height, rgba }, x, y, out, at) {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const dx = x - x0;
  const dy = y - y0;
  const right = x0 + 1 < width ? 4 : 0;
  const below = y0 + 1 < height ? width * 4 : 0;
  const base = (y0 * width + x0) * 4;
  for (let channel = 0; channel < 3; channel += 1) {
    const p = base + channel;
    const upper = pixel(rgba, p) * (1 - dx) + pixel(rgba, p + right) * dx;
    const lower = pixel(rgba, p + below) * (1 - dx) + pixel(rgba, p + below + right) * dx;
    out[at + channel] = upper * (1 - dy) + lower * dy + 0.5;
  }
}

/**
 * @param {Uint8Array} rgba
 * @param {number} index
 */
function pixel(rgba, index) {
  return rgba[index] ?? 0;
}

/**
 * A picture for tasks whose image is not on this simulator; the colours follow from the seed.
 * @param {number} width
 * @param {number} height
 * @param {number} seed
 * @returns {Picture}
 */
export function gradient(width, height, seed) {
  const rgba = new Uint8Array(width * height * 4);
  const phase = (seed % 360) * (Math.PI / 180);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const at = (row * width + column) * 4;
      const u = column / width;
      const v = row / height;
      rgba[at] = 128 + 110 * Math.sin(phase + 4 * u);
      rgba[at + 1] = 128 + 110 * Math.sin(phase + 2 + 5 * v);
      rgba[at + 2] = 128 + 110 * Math.sin(phase + 4 + 3 * (u + v));
      rgba[at + 3] = 255;
    }
  }
  return { width, height, rgba };
}
