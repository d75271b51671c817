const STEPS: readonly (readonly [unit: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
];

/** 75 s: `75 s`; 5 min: `5 min`; 90 min: `1.5 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms / 1000);
  for (const [unit, size] of STEPS) {
    if (seconds >= size * 1.5) return `${trimmed(seconds / size)} ${unit}`;
  }
  return `${trimmed(seconds)} s`;
}

function trimmed(value: number): string {
  return value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}

export function ago(thenMs: number, nowMs: number): string {
  return `${duration(nowMs - thenMs)} ago`;
}

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export function number(value: number): string {
  return numbers.format(value);
}

export function percent(value: number): string {
  return `${number(value * 100)} %`;
}

/** The time of day where the reader is, for titles. */
export function moment(ms: number): string {
  return new Date(ms).toLocaleString();
}
