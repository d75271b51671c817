import type { FrozenPayload } from './payload.ts';

/** The words of a request, where its model takes any. */
export function promptOf(payload: FrozenPayload | undefined): string | undefined {
  const prompt = payload?.request.input['prompt'];
  return typeof prompt === 'string' ? prompt : undefined;
}
