import { z } from 'zod';

/** `true`, `1`, `yes`, `on` and their opposites. */
export const flag = z.stringbool({
  truthy: ['true', '1', 'yes', 'on'],
  falsy: ['false', '0', 'no', 'off'],
});

/** A whole number. */
export const whole = z.coerce.number().int();

/** `300-900` or `0`, in ms. */
export const range = z
  .string()
  .regex(/^\d+(\.\d+)?(-\d+(\.\d+)?)?$/u, 'must be like 300-900 or 0')
  .transform((text) => {
    const [from = '0', to = from] = text.split('-');
    return { minMs: Number(from), maxMs: Number(to) };
  })
  .refine(({ minMs, maxMs }) => minMs <= maxMs, 'the smaller number comes first');

/** `5000` (fixed), `2000-8000` (uniform) or `140000~0.15` (lognormal: median and sigma), in ms. */
export const distribution = z
  .string()
  .regex(
    /^\d+(\.\d+)?([-~]\d+(\.\d+)?)?$/u,
    'must be like 5000 (fixed), 2000-8000 (uniform) or 140000~0.15 (lognormal)',
  )
  .transform((text) => {
    if (text.includes('~')) {
      const [median = '0', sigma = '0'] = text.split('~');
      return { kind: 'lognormal', medianMs: Number(median), sigma: Number(sigma) } as const;
    }
    const [from = '0', to] = text.split('-');
    if (to === undefined) return { kind: 'fixed', ms: Number(from) } as const;
    return { kind: 'uniform', minMs: Number(from), maxMs: Number(to) } as const;
  });

/** `20/10000` (tasks per ms) or `none`. */
export const limit = z
  .string()
  .regex(/^(none|\d+\/\d+)$/u, 'must be like 20/10000 or none')
  .transform((text) => {
    if (text === 'none') return null;
    const [most = '0', windowMs = '0'] = text.split('/');
    return { limit: Number(most), windowMs: Number(windowMs) };
  });

/** JSON text. */
export const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' });
    return z.NEVER;
  }
});

/** Names between commas. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
);

/** 0 or more. */
export const nonNegative = z.coerce.number().min(0);
