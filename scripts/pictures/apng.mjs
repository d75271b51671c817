import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/**
 * One animated PNG of pictures of the same size, as a browser makes them. It repeats without end. After the first
 * picture only the pixels that change are kept, so that it stays small.
 * @param {readonly Buffer[]} pictures PNG files
 * @param {readonly number[]} times how long each stands, in ms
 */
export function animation(pictures, times) {
  const decoded = pictures.map(decode);
  const [{ width, height }] = decoded;
  let sequence = 0;
  const frames = decoded.map((picture, i) => {
    if (picture.width !== width || picture.height !== height) throw new Error(`picture ${i} has another size`);
    const data = encode(width, height, changed(decoded[i - 1]?.pixels, picture.pixels));
    const size = [width, height, 0, 0].map((value) => [value, 4]);
    // It stays, and the next one is laid over it.
    const control = chunk('fcTL', fields([sequence++, 4], ...size, [times[i], 2], [1000, 2], [0, 1], [1, 1]));
    // The first picture is what a reader without animation shows.
    return [control, i === 0 ? chunk('IDAT', data) : chunk('fdAT', Buffer.concat([fields([sequence++, 4]), data]))];
  });
  const header = fields([width, 4], [height, 4], [8, 1], [6, 1], [0, 1], [0, 1], [0, 1]);
  const count = chunk('acTL', fields([pictures.length, 4], [0, 4]));
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), count, ...frames.flat(), chunk('IEND', Buffer.alloc(0))]);
}

/** RGBA of a picture; a pixel that is as before is transparent. */
function changed(before, pixels) {
  const rgba = Buffer.alloc((pixels.length / 3) * 4);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) {
    if (before !== undefined && pixels.compare(before, from, from + 3, from, from + 3) === 0) continue;
    pixels.copy(rgba, to, from, from + 3);
    rgba[to + 3] = 255;
  }
  return rgba;
}

/** Lines without a filter: for pages of one colour and little text nothing is smaller. */
function encode(width, height, rgba) {
  const lines = Array.from({ length: height }, (_, y) => [
    Buffer.alloc(1),
    rgba.subarray(y * width * 4, (y + 1) * width * 4),
  ]);
  return deflateSync(Buffer.concat(lines.flat()), { level: 9 });
}

/** The RGB pixels of a PNG of 8 bits without alpha, as Chromium writes screenshots. */
function decode(png) {
  const chunks = chunksOf(png);
  const header = chunks.find(({ type }) => type === 'IHDR').data;
  if (header[8] !== 8 || header[9] !== 2 || header[12] !== 0) throw new Error('a PNG with 8 bits of RGB is expected');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const packed = chunks.filter(({ type }) => type === 'IDAT').map((one) => one.data);
  const raw = inflateSync(Buffer.concat(packed));
  const stride = width * 3;
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < 3 ? 0 : pixels[at - 3];
      const up = y === 0 ? 0 : pixels[at - stride];
      const corner = x < 3 || y === 0 ? 0 : pixels[at - stride - 3];
      pixels[at] = raw[y * (stride + 1) + 1 + x] + predicted(filter, left, up, corner);
    }
  }
  return { width, height, pixels };
}

/** What the filter of a line expects of a byte, by its neighbours. */
function predicted(filter, left, up, corner) {
  if (filter === 4) {
    const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
    if (a <= b && a <= c) return left;
    return b <= c ? up : corner;
  }
  return [0, left, up, (left + up) >> 1][filter];
}

function* read(png) {
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

const chunksOf = (png) => [...read(png)];

/** Numbers with their lengths in bytes. */
function fields(...numbers) {
  return Buffer.concat(
    numbers.map(([value, bytes]) => {
      const field = Buffer.alloc(bytes);
      field.writeUIntBE(value, 0, bytes);
      return field;
    }),
  );
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([fields([data.length, 4]), body, fields([crc32(body), 4])]);
}
