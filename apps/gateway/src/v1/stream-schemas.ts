import { z } from 'zod';

/** What the routes with event streams document alike. */
export const lastEventIdSchema = z
  .string()
  .max(100)
  .optional()
  .describe('Same as the header, for clients that cannot set headers. The header takes precedence');
export const eventHeaders = z.object({
  'last-event-id': z.string().optional().describe('Id of the last event received'),
});
export const eventsAnswer = {
  description: 'Stream of events',
  content: { 'text/event-stream': { schema: z.string() } },
};
