/** Example values of the OpenAPI document. A test holds each against its schema. */
export const GENERATION_ID = 'gen_dff8bd135a6a74ae66ba39e039b4082dd92cb9e8';
export const TASK_ID = 'ed16b63108c0a5b3cf2ad2bc0ff61e77';
export const CURSOR = 'WzE3OTU0Nzg4Njk5MTcsImdlbl9kZmY4Il0';
const MODEL = 'kling-2.6/image-to-video';
const IMAGE_URL = 'https://example.com/cat.jpg';
const VIDEO_URL = 'https://example.com/results/cat.mp4';

const REQUEST = {
  model: MODEL,
  input: { prompt: 'a slow pan', image_urls: [IMAGE_URL], sound: false, duration: '5' },
} as const;

export const CREATE_GENERATION = {
  ...REQUEST,
  idempotencyKey: 'order-4711',
  callBackUrl: 'https://example.com/done',
  priority: 50,
  metadata: { order: '4711' },
};

export const KIE_CREATE_TASK = { ...REQUEST, callBackUrl: 'https://example.com/done' };

export const BATCH_RESULT = {
  items: [
    { ok: true, id: GENERATION_ID, created: true, state: 'queued' },
    {
      ok: false,
      error: {
        code: 'invalid_request',
        message: 'input.prompt must not be empty, received ""',
        problems: [{ field: 'input.prompt', rule: 'must not be empty', received: '""' }],
      },
    },
  ],
};

export const GENERATION = {
  id: GENERATION_ID,
  state: 'succeeded',
  tenant: 'shop',
  model: MODEL,
  request: REQUEST,
  priority: 50,
  createdAt: 1_795_478_869_917,
  notBefore: 1_795_478_869_917,
  deadlineAt: 1_795_565_269_917,
  endedAt: 1_795_478_871_749,
  attempts: [
    {
      n: 1,
      outcome: 'accepted',
      admittedAt: 1_795_478_869_931,
      answeredAt: 1_795_478_870_000,
      taskId: TASK_ID,
    },
  ],
  polls: 2,
  taskId: TASK_ID,
  resultUrls: [VIDEO_URL],
  kieUrls: [VIDEO_URL],
  results: [],
  creditsConsumed: 55,
  metadata: { order: '4711' },
};

const REDRIVE = { resumesAt: 'unknown', payAgainNeeded: false, payAgainResumesAt: 'queued' };

export const OPEN_DEAD_LETTER = {
  generation: GENERATION_ID,
  class: 'payment_unknown',
  openedAt: 1_795_480_000_000,
  summary: 'createTask response lost: the connection was closed',
  state: 'dead',
  tenant: 'shop',
  model: MODEL,
  advice: 'A paid task may exist. Look for it in the logs of Kie.',
  redrive: REDRIVE,
};

export const REDRIVEN = { kind: 'resumed', id: GENERATION_ID, class: 'insufficient_credits', state: 'queued' };

/** As recordInfo and deliveries report it. */
export const KIE_TASK_RECORD = {
  taskId: GENERATION_ID,
  model: MODEL,
  state: 'success' as const,
  successFlag: 1 as const,
  param: JSON.stringify(REQUEST),
  resultJson: JSON.stringify({ resultUrls: [VIDEO_URL] }),
  response: { resultUrls: [VIDEO_URL] },
  progress: 100,
  failCode: null,
  failMsg: null,
  costTime: 151_234,
  completeTime: 1_795_479_090_072,
  createTime: 1_795_478_938_838,
  updateTime: 1_795_479_090_072,
  creditsConsumed: 55,
};

const JOBS = { wait: 3, active: 1, delayed: 0 };

export const STATUS = {
  gates: [{ reason: 'credits', since: 1_795_478_938_838, mode: 'probe', nextAt: 1_795_478_998_838 }],
  pausedQueues: [],
  binding: 'credits',
  workers: { running: 2, earlier: false, lastSeen: 1_795_478_938_000 },
  window: { limit: 20, windowMs: 10_000, entries: 4 },
  inFlight: { count: 12, max: 100 },
  credits: { balance: 1204.5, at: 1_795_478_930_000, old: false },
  queues: { submit: JOBS, poll: JOBS, archive: JOBS, notify: JOBS, 'dead-letter': JOBS },
};
