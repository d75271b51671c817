import type { RawEnvironment } from '@kieq/config';
import type { GenerationState, Newer, OrNewer } from '@kieq/domain';
import { duration } from './time.ts';

type Stroke = (text: string) => string;

/** Emphasis by what it means; without colours every stroke gives its text as it is. */
export interface Paint {
  readonly good: Stroke;
  readonly warn: Stroke;
  readonly bad: Stroke;
  readonly strong: Stroke;
  readonly faint: Stroke;
}

const ESC = '\u001B';
/** On and off, as ANSI terminals know them. */
const CODES = { good: [32, 39], warn: [33, 39], bad: [31, 39], strong: [1, 22], faint: [2, 22] } as const;

const plain: Stroke = (text) => text;
export const PLAIN: Paint = { good: plain, warn: plain, bad: plain, strong: plain, faint: plain };

const COLOURED: Paint = {
  good: stroke('good'),
  warn: stroke('warn'),
  bad: stroke('bad'),
  strong: stroke('strong'),
  faint: stroke('faint'),
};

function stroke(name: keyof Paint): Stroke {
  const [on, off] = CODES[name];
  return (text) => (text === '' ? text : `${ESC}[${on}m${text}${ESC}[${off}m`);
}

/** Colours only on a terminal that is not `dumb`, and never with NO_COLOR (no-color.org). */
export function paintFor(isTTY: boolean, env: RawEnvironment): Paint {
  const isUnwanted = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return isTTY && !isUnwanted ? COLOURED : PLAIN;
}

/** Every sequence that a stroke makes, and no other. */
export const STROKES = new RegExp(`${ESC}\\[(?:${[...new Set(Object.values(CODES).flat())].join('|')})m`, 'g');

/** How wide a text is, without its strokes. */
export function widthOf(text: string): number {
  return text.replaceAll(STROKES, '').length;
}

/** A state in the colour of its meaning. */
export function paintState(paint: Paint, state: OrNewer<GenerationState>, text: string = state): string {
  switch (state) {
    case 'succeeded':
      return paint.good(text);
    case 'failed':
    case 'dead':
      return paint.bad(text);
    case 'unknown':
      return paint.warn(text);
    case 'cancelled':
      return paint.faint(text);
    case 'queued':
    case 'submitting':
    case 'generating':
    case 'archiving':
      return text;
    default:
      state satisfies Newer;
      return paint.warn(text);
  }
}

const WIDTH = 24;

/** A bar; `share` of it is filled, from 0 to 1. */
export function bar(share: number, width = WIDTH): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** `████░░  40/100  40 %  about 3s left`; the remaining time follows from the pace so far. */
export function countBar(done: number, total: number, elapsedMs: number): string {
  const share = total === 0 ? 1 : done / total;
  const leftMs = done === 0 ? undefined : (elapsedMs / done) * (total - done);
  const left = leftMs === undefined || leftMs < 1000 ? '' : `  about ${duration(leftMs)} left`;
  return `${bar(share)}  ${done}/${total}  ${Math.floor(share * 100)} %${left}`;
}
