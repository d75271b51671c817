import { WEBHOOK_SIGNATURE_HEADER, WEBHOOK_TIMESTAMP_HEADER } from '@kieq/kie';
import { z } from 'zod';
import { taskRecord } from '../kie-api/schemas.ts';
import { KIE_TASK_RECORD } from './examples.ts';

/** The body of a delivery to a `callBackUrl`, as Kie sends its own. */
export const deliveryBody = z
  .object({
    code: z.int().describe('200 for a video, 501 for every other end'),
    msg: z.string().describe('`success`, or the reason why there is no video'),
    data: taskRecord,
  })
  .meta({ id: 'GenerationEnded', examples: [{ code: 200, msg: 'success', data: KIE_TASK_RECORD }] });

/** The headers of a delivery, in the order of docs/http-api.md#callbacks. */
export const DELIVERY_HEADERS = [
  {
    name: 'webhook-id',
    isAlwaysSent: true,
    description: 'Names this end of this generation, and is the same for every try: use it to drop repetitions',
    example: 'msg_gen_dff8bd135a6a74ae66ba39e039b4082dd92cb9e8_1795479090072',
  },
  {
    name: 'webhook-timestamp',
    isAlwaysSent: true,
    description: 'Unix seconds of this try',
    example: '1795479090',
  },
  {
    name: 'webhook-signature',
    isAlwaysSent: false,
    description:
      'Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`. ' +
      'Sent if the workers have `GATEWAY_WEBHOOK_SECRET`',
    example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  },
  {
    name: WEBHOOK_TIMESTAMP_HEADER,
    isAlwaysSent: false,
    description: "As in Kie's own callbacks: Unix seconds",
    example: '1795479090',
  },
  {
    name: WEBHOOK_SIGNATURE_HEADER,
    isAlwaysSent: false,
    description:
      "As in Kie's own callbacks: the base64 of HMAC-SHA256 over `<taskId>.<timestamp>`. It does not cover the body",
    example: 'p0kqcrwKkfAMRYL1CVEEwDLH5Bm5LmRlT2Vb8kvKPXo=',
  },
] as const;

const DESCRIPTION =
  `The POST to the \`callBackUrl\` of a generation that has ended. It is sent at least once, and again for
24 hours until the receiver responds with 2xx within 15 s. Workers send it; the gateway only shows its state, as
\`delivery\` of the generation.`.replaceAll('\n', ' ');

/** `webhooks` of the OpenAPI document. */
export const WEBHOOKS = {
  generationEnded: {
    post: {
      operationId: 'generationEnded',
      summary: 'Learn that a generation has ended',
      description: DESCRIPTION,
      tags: ['generations'],
      security: [],
      parameters: DELIVERY_HEADERS.map(({ name, isAlwaysSent, description, example }) => ({
        name,
        in: 'header',
        required: isAlwaysSent,
        description,
        schema: { type: 'string' },
        example,
      })),
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/GenerationEnded' } } },
      },
      responses: {
        '2XX': { description: 'The receiver has the message. The body of the response is not read' },
        '4XX': { description: 'Tried again later, as every response that is not 2xx; `Retry-After` is respected' },
      },
    },
  },
};
