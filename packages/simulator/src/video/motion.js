/**
 * A view of the image, as parts of its size: the centre, and how much of it is seen.
 * @typedef {{ x: number, y: number, size: number }} View
 */

/**
 * Slow camera moves over a still: from one view to another.
 * @type {readonly { from: View, to: View }[]}
 */
const MOTIONS = [
  { from: { x: 0.5, y: 0.5, size: 1 }, to: { x: 0.5, y: 0.46, size: 0.72 } },
  { from: { x: 0.5, y: 0.46, size: 0.72 }, to: { x: 0.5, y: 0.5, size: 1 } },
  { from: { x: 0.38, y: 0.5, size: 0.76 }, to: { x: 0.62, y: 0.5, size: 0.76 } },
  { from: { x: 0.62, y: 0.5, size: 0.76 }, to: { x: 0.38, y: 0.5, size: 0.76 } },
  { from: { x: 0.4, y: 0.6, size: 0.8 }, to: { x: 0.58, y: 0.4, size: 0.7 } },
  { from: { x: 0.5, y: 0.62, size: 0.76 }, to: { x: 0.5, y: 0.38, size: 0.76 } },
];

/**
 * The view at `part` of the way, in [0, 1]; starts and stops gently.
 * @param {number} motion index into MOTIONS
 * @param {number} part
 * @returns {View}
 */
export function viewAt(motion, part) {
  const { from, to } = MOTIONS[motion % MOTIONS.length] ?? MOTIONS[0] ?? neverEmpty();
  const eased = part * part * (3 - 2 * part);
  /** @type {(a: number, b: number) => number} */
  const between = (a, b) => a + (b - a) * eased;
  return {
    x: between(from.x, to.x),
    y: between(from.y, to.y),
    size: between(from.size, to.size),
  };
}

/** @returns {never} */
function neverEmpty() {
  throw new Error('no motions');
}
