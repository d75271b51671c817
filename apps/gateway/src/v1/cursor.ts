import type { ListCursor } from '@kieq/ledger';
import { z } from 'zod';
import { invalid } from '../api-error.ts';

const parts = z.tuple([z.int().min(0), z.string().min(1).max(100)]);

/** Opaque to callers, so that its content may change. */
export function encodeCursor({ at, id }: ListCursor): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url');
}

/** @throws ApiError `invalid_request` for a text that `encodeCursor` did not make */
export function decodeCursor(text: string): ListCursor {
  const parsed = parts.safeParse(jsonOf(Buffer.from(text, 'base64url').toString()));
  if (!parsed.success) {
    const received = JSON.stringify(text.slice(0, 100));
    throw invalid([{ field: 'cursor', rule: 'must be the nextCursor of an earlier response', received }]);
  }
  const [at, id] = parsed.data;
  return { at, id };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
