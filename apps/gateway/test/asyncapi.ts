import { GATE_REASONS, GENERATION_STATES, VERSION } from '@kieq/domain';
import { submitJobJsonSchema } from '@kieq/queue';
import { z } from 'zod';
import { taskRecord } from '../src/kie-api/schemas.ts';
import { deliveryBody, DELIVERY_HEADERS } from '../src/openapi/webhook.ts';
import { GENERATION_ID, KIE_TASK_RECORD } from '../src/openapi/examples.ts';
import {
  endEventSchema,
  heldEventSchema,
  missedEventSchema,
  stateEventSchema,
  webhookEventSchema,
} from '../src/v1/event-schemas.ts';
import { classWord, stateWord } from '../src/v1/schemas.ts';
import { wordSchema } from '../src/word-schema.ts';

const generationChange = z.object({
  generation: z.string().min(1).describe('Id of the generation'),
  state: wordSchema(GENERATION_STATES, 'State after the change'),
  event: z.string().describe('What happened, such as `admitted`, `accepted`, `verdict`. Later versions may add values'),
  tenant: z.string(),
});
const gateChange = z.object({
  generation: z.literal(''),
  state: wordSchema(GATE_REASONS, 'Reason of the gate'),
  event: wordSchema(['gate-open', 'gate-closed']),
  tenant: z.literal(''),
});

const NAMES = new Map<z.ZodType, string>([
  [stateWord, 'GenerationState'],
  [classWord, 'DeadLetterClass'],
  [stateEventSchema, 'GenerationStateEvent'],
  [endEventSchema, 'GenerationEndEvent'],
  [webhookEventSchema, 'WebhookEvent'],
  [heldEventSchema, 'HeldEvent'],
  [missedEventSchema, 'MissedEvent'],
  [generationChange, 'GenerationChange'],
  [gateChange, 'GateChange'],
  [taskRecord, 'KieTaskRecord'],
  [deliveryBody, 'GenerationEnded'],
]);

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });
const schemaRef = (name: string) => ref('schemas', name);

/** The schemas of the messages, from the code that reads and writes them. */
function schemasOfMessages(): Record<string, unknown> {
  const registry = z.registry<{ readonly id: string }>();
  for (const [schema, id] of NAMES) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { target: 'draft-07', uri: (id) => `#/components/schemas/${id}` });
  return plain({ SubmitJob: submitJobJsonSchema(), ...schemas });
}

/** Without the names that JSON Schema gives to whole documents, and open: later versions may add fields to messages. */
function plain(schemas: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const named = Object.entries(schemas).map(([name, schema]) => {
    const isOurs = name !== 'SubmitJob';
    const made: unknown = JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
      if (['$schema', '$id', 'id'].includes(key) && typeof value === 'string') return undefined;
      return isOurs && key === 'additionalProperties' && value === false ? undefined : value;
    });
    return [name, made] as const;
  });
  return Object.fromEntries(named.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Examples of every message, by its name; a test holds them against the schemas. */
const EXAMPLES = {
  submitJob: {
    v: 1,
    request: {
      model: 'kling-2.6/image-to-video',
      input: { prompt: 'a slow pan', image_urls: ['https://example.com/cat.jpg'], sound: false, duration: '5' },
    },
    idempotencyKey: 'order-4711',
    tenant: 'shop',
    metadata: { order: '4711' },
  },
  generationChange: { generation: GENERATION_ID, state: 'generating', event: 'accepted', tenant: 'shop' },
  gateChange: { generation: '', state: 'credits', event: 'gate-closed', tenant: '' },
  stateEvent: { id: GENERATION_ID, state: 'succeeded', event: 'verdict' },
  endEvent: { id: GENERATION_ID, state: 'succeeded' },
  webhookEvent: {
    generation: GENERATION_ID,
    tenant: 'shop',
    state: 'succeeded',
    webhookId: `${GENERATION_ID}.1`,
    body: JSON.stringify({ code: 200, msg: 'success', data: KIE_TASK_RECORD }),
  },
  heldEvent: {
    generation: GENERATION_ID,
    tenant: 'shop',
    state: 'dead',
    class: 'payment_unknown',
    heldUntil: 1_795_565_269_917,
  },
  missedEvent: {},
  generationEnded: { code: 200, msg: 'success', data: KIE_TASK_RECORD },
};

const message = (name: keyof typeof EXAMPLES, schema: string, title: string, more: object = {}) => ({
  name,
  title,
  contentType: 'application/json',
  payload: schemaRef(schema),
  examples: [{ name: 'example', payload: EXAMPLES[name] }],
  ...more,
});

const deliveryHeaders = {
  type: 'object',
  properties: Object.fromEntries(
    DELIVERY_HEADERS.map(({ name, description }) => [name, { type: 'string', description }]),
  ),
  required: DELIVERY_HEADERS.filter(({ isAlwaysSent }) => isAlwaysSent).map(({ name }) => name),
};

const MESSAGES = {
  submitJob: message('submitJob', 'SubmitJob', 'A generation to make', {
    summary: 'Data of a job that any BullMQ client adds; the rules that a schema cannot express: docs/payload.md',
  }),
  generationChange: message('generationChange', 'GenerationChange', 'A generation has changed'),
  gateChange: message('gateChange', 'GateChange', 'A gate has opened or closed'),
  stateEvent: message('stateEvent', 'GenerationStateEvent', 'The state of the generation', {
    summary: 'Server-Sent Event `state`; its `id` is the position from which a client resumes',
  }),
  endEvent: message('endEvent', 'GenerationEndEvent', 'The generation has ended', {
    summary: 'Server-Sent Event `end`, the last one of a stream',
  }),
  webhookEvent: message('webhookEvent', 'WebhookEvent', 'A generation has ended', {
    summary: 'Server-Sent Event `webhook`: what a delivery to a `callBackUrl` sends; its `id` is the position',
  }),
  heldEvent: message('heldEvent', 'HeldEvent', 'A generation is dead, and its caller is told nothing yet', {
    summary: 'Server-Sent Event `held`',
  }),
  missedEvent: message('missedEvent', 'MissedEvent', 'Ends may have been missed', {
    summary: 'Server-Sent Event `missed`, the first one of a stream that resumes too late',
  }),
  generationEnded: message('generationEnded', 'GenerationEnded', 'The generation has ended', {
    headers: deliveryHeaders,
  }),
};

const messagesOf = (...names: (keyof typeof MESSAGES)[]) =>
  Object.fromEntries(names.map((name) => [name, ref('messages', name)]));

const prefix = { prefix: { description: '`KIEQ_PREFIX` of the pool, with its braces', default: '{kieq}' } };
const host = (value: string, description: string) => ({ host: { default: value, description } });

const CHANNELS = {
  submitQueue: {
    address: '{prefix}:submit',
    title: 'The queue submit',
    description: 'A BullMQ queue of the name `submit` under the prefix of the pool. Add jobs with a client of BullMQ.',
    servers: [{ $ref: '#/servers/redis' }],
    parameters: prefix,
    messages: messagesOf('submitJob'),
  },
  poolEvents: {
    address: '{prefix}:ledger:events',
    title: 'The stream of changes of the pool',
    description:
      'A Redis stream (XREAD) with the fields of the payload, all texts. It keeps about the last 10 000 changes; a ' +
      'reader that falls behind further must read the states. `producer.get(id).events()` and the event streams of ' +
      'the gateway read it for one generation.',
    servers: [{ $ref: '#/servers/redis' }],
    parameters: prefix,
    messages: messagesOf('generationChange', 'gateChange'),
  },
  generationEvents: {
    address: '/v1/generations/{id}/events',
    title: 'The changes of one generation',
    description: 'Server-Sent Events over HTTP, until the generation ends: docs/http-api.md#follow.',
    servers: [{ $ref: '#/servers/gateway' }],
    parameters: { id: { description: 'Id of the generation' } },
    messages: messagesOf('stateEvent', 'endEvent'),
  },
  ends: {
    address: '/v1/events',
    title: 'The ends of all generations of a caller',
    description: 'Server-Sent Events over HTTP, without an end: docs/http-api.md#follow-all-ends.',
    servers: [{ $ref: '#/servers/gateway' }],
    messages: messagesOf('webhookEvent', 'heldEvent', 'missedEvent'),
  },
  deliveries: {
    address: null,
    title: 'The receiver of a caller',
    description:
      'A POST to the `callBackUrl` of the request, at least once, until the receiver responds with 2xx: ' +
      'docs/http-api.md#callbacks.',
    messages: messagesOf('generationEnded'),
  },
};

const operation = (
  action: 'send' | 'receive',
  channel: keyof typeof CHANNELS,
  summary: string,
  ...names: (keyof typeof MESSAGES)[]
) => ({
  action,
  channel: { $ref: `#/channels/${channel}` },
  summary,
  messages: names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
});

/** The AsyncAPI document of a pool: the messages that it takes and sends, apart from requests over HTTP. */
export function asyncApi(): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'kieq',
      version: VERSION,
      description:
        'Messages of a pool: the jobs that other services add, the changes that it announces, and the deliveries to ' +
        'callers. Requests over HTTP are in the OpenAPI document.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      redis: {
        host: '{host}',
        protocol: 'redis',
        description: '`REDIS_URL` of the pool',
        variables: host('127.0.0.1:6379', 'Host and port of Redis'),
      },
      gateway: {
        host: '{host}',
        protocol: 'http',
        description: 'A gateway of the pool',
        variables: host('127.0.0.1:8080', 'Host and port of the gateway'),
        security: [{ $ref: '#/components/securitySchemes/key' }],
      },
    },
    channels: CHANNELS,
    operations: {
      takeSubmitJob: operation('receive', 'submitQueue', 'Take a generation that another service adds', 'submitJob'),
      announceChange: operation(
        'send',
        'poolEvents',
        'Announce each change of generations and gates',
        'generationChange',
        'gateChange',
      ),
      streamGenerationEvents: operation(
        'send',
        'generationEvents',
        'Report the state of a generation until it ends',
        'stateEvent',
        'endEvent',
      ),
      streamEnds: operation(
        'send',
        'ends',
        'Report each end of a generation',
        'webhookEvent',
        'heldEvent',
        'missedEvent',
      ),
      deliver: operation('send', 'deliveries', 'Tell the caller that a generation has ended', 'generationEnded'),
    },
    components: {
      schemas: schemasOfMessages(),
      messages: MESSAGES,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key of `GATEWAY_API_KEYS`' },
      },
    },
  };
}
