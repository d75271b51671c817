import { modelOf } from '@kieq/models';

/** Lines of the shorter side by the words that models use. */
const LINES: Readonly<Record<string, number>> = { '2k': 1440, '4k': 2160, std: 720, pro: 1080 };
const RATIOS: Readonly<Record<string, readonly [number, number]>> = { landscape: [16, 9], portrait: [9, 16] };

/** The convenience values that a size in pixels means; undefined for another text. */
export function partsOfSize(size: string): { readonly resolution: string; readonly aspectRatio: string } | undefined {
  const [, width, height] = /^([1-9]\d{1,4})x([1-9]\d{1,4})$/.exec(size.trim().toLowerCase()) ?? [];
  if (width === undefined || height === undefined) return undefined;
  return { resolution: `${Math.min(Number(width), Number(height))}p`, aspectRatio: `${width}:${height}` };
}

/** The size in pixels that an input asks for; null where it names no resolution or no aspect ratio. */
export function sizeOf(id: string, input: Readonly<Record<string, unknown>>): string | null {
  const { resolution } = modelOf(id) ?? {};
  const lines = linesOf(resolution === undefined ? undefined : (input[resolution.field] ?? resolution.default));
  const ratio = ratioOf(input['aspect_ratio']);
  if (lines === undefined || ratio === undefined) return null;
  const [width, height] = ratio;
  const longer = even((lines * Math.max(width, height)) / Math.min(width, height));
  return width >= height ? `${longer}x${lines}` : `${lines}x${longer}`;
}

function linesOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const word = value.toLowerCase();
  if (Object.hasOwn(LINES, word)) return LINES[word];
  const lines = /^(\d{3,4})p$/.exec(word)?.[1];
  return lines === undefined ? undefined : Number(lines);
}

function ratioOf(value: unknown): readonly [number, number] | undefined {
  if (typeof value !== 'string') return undefined;
  if (Object.hasOwn(RATIOS, value)) return RATIOS[value];
  const [, width, height] = /^([1-9]\d?):([1-9]\d?)$/.exec(value) ?? [];
  return width === undefined || height === undefined ? undefined : [Number(width), Number(height)];
}

/** Videos have sides of even length. */
function even(pixels: number): number {
  return Math.round(pixels / 2) * 2;
}
