import type { FastifyRequest } from 'fastify';
import { createScrubber } from '@kieq/telemetry';
import { presentedKey } from './request-parts.ts';

/** Masks everything that `scrub` masks and the caller's own key. */
export function ownScrubber(request: FastifyRequest, scrub: (text: string) => string): (text: string) => string {
  const key = presentedKey(request);
  if (key === undefined) return scrub;
  const withoutKey = createScrubber([key]);
  return (text) => withoutKey(scrub(text));
}
