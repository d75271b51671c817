import { z } from 'zod';

/** What was seen, see `Evidence` of the domain. */
export const evidenceSchema = z.object({
  summary: z.string(),
  httpStatus: z.number().optional(),
  code: z.number().optional(),
  msg: z.string().optional(),
  transport: z.string().optional(),
  body: z.string().optional(),
});
