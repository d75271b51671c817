import { randomBytes } from 'node:crypto';
import { accountFingerprint } from '@kieq/config';
import { timedGenerationId, uploadUrl, type DeadLetterClass, type Evidence, type UploadRef } from '@kieq/domain';
import type { Ledger } from '@kieq/ledger';
import { checkRequest, hashAttemptToken, ledgerFields, vehicleId, type CheckedRequest } from '@kieq/queue';
import { API_KEY } from './support.ts';

export const REQUEST = {
  model: 'kling-2.6/image-to-video',
  input: { prompt: 'a slow pan', image_urls: ['https://example.com/cat.jpg'], sound: false, duration: '5' },
};
const EVIDENCE: Evidence = { summary: 'seen in a test', httpStatus: 500, code: 500, msg: 'Internal Error' };
const VEHICLE_CHECK_MS = 120_000;
/** A past send deadline: no worker can still send the attempt. */
const SEND_DEADLINE_OVER_MS = -1000;

function checkedRequest(options: object = {}, body = REQUEST): CheckedRequest {
  const checked = checkRequest(body, options, () => timedGenerationId(Date.now(), randomBytes(16)));
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.value;
}

/** A new generation in `queued`. */
export async function queued(ledger: Ledger, options: object = {}, body = REQUEST): Promise<string> {
  const request = checkedRequest(options, body);
  const vehicle = vehicleId(request.id, 1);
  await ledger.create({ ...ledgerFields(request), vehicle, vehicleCheckMs: VEHICLE_CHECK_MS });
  return request.id;
}

export const tokenOf = (id: string): string => `secret-of-${id}`;

/** Its first attempt is admitted; `sendBeforeMs` is the time in which it may still be sent. */
async function submitting(ledger: Ledger, sendBeforeMs = SEND_DEADLINE_OVER_MS, options = {}): Promise<string> {
  const id = await queued(ledger, options);
  const admitted = await ledger.admit({
    id,
    tokenHash: hashAttemptToken(tokenOf(id)),
    vehicle: vehicleId(id, 1),
    account: accountFingerprint(API_KEY),
    worker: 'worker-of-the-test',
    sendBeforeMs,
    leaseGraceMs: 1000,
    uploadFreshMs: 1000,
  });
  if (admitted.kind !== 'admitted') throw new Error(JSON.stringify(admitted));
  return id;
}

/** Its answer is lost. */
export async function unknown(ledger: Ledger, sendBeforeMs?: number): Promise<string> {
  const id = await submitting(ledger, sendBeforeMs);
  await ledger.lose({
    id,
    tokenHash: hashAttemptToken(tokenOf(id)),
    answered: false,
    gateAfter: 1000,
    times: { firstMs: 1000, capMs: 1000 },
    latencyMs: 0,
    evidence: { summary: 'the connection was cut' },
  });
  return id;
}

/** Kie gave it a task. */
export async function generating(ledger: Ledger, taskId: string, options: object = {}): Promise<string> {
  const id = await submitting(ledger, SEND_DEADLINE_OVER_MS, options);
  const accept = {
    id,
    tokenHash: hashAttemptToken(tokenOf(id)),
    taskId,
    latencyMs: 5,
    adopted: false,
    pollDelayMs: 0,
    vehicleCheckMs: VEHICLE_CHECK_MS,
  };
  if ((await ledger.accept(accept)).kind !== 'accepted') throw new Error('not accepted');
  return id;
}

/** Died in the queue. */
export async function deadInQueue(
  ledger: Ledger,
  deadLetterClass: 'invalid_request' | 'model_unavailable' | 'refused_repeatedly',
): Promise<string> {
  const id = await queued(ledger);
  await kill(ledger, id, deadLetterClass, 'queued');
  return id;
}

/** Died in the queue; its request names an uploaded image. */
export async function deadWithImage(ledger: Ledger, image: UploadRef): Promise<string> {
  const input = { ...REQUEST.input, image_urls: [uploadUrl(image)] };
  const id = await queued(ledger, {}, { ...REQUEST, input });
  await kill(ledger, id, 'invalid_request', 'queued');
  return id;
}

/** The window of an unknown submission is over. */
export async function paymentUnknown(ledger: Ledger, sendBeforeMs?: number): Promise<string> {
  const id = await unknown(ledger, sendBeforeMs);
  await ledger.settings.overwrite({ unknownWindowMs: '0' });
  await kill(ledger, id, 'payment_unknown', 'unknown');
  return id;
}

export async function taskStuck(ledger: Ledger, taskId: string): Promise<string> {
  const id = await generating(ledger, taskId);
  await kill(ledger, id, 'task_stuck', 'generating');
  return id;
}

/** Kie's verdict `fail`. */
export async function failed(ledger: Ledger, taskId: string, options: object = {}): Promise<string> {
  const id = await generating(ledger, taskId, options);
  const verdict = {
    state: 'fail',
    resultUrls: [],
    failCode: '500',
    failMsg: 'Content was flagged as sensitive',
    creditsConsumed: 0,
  } as const;
  await ledger.settle({
    id,
    taskId,
    verdict,
    evidence: EVIDENCE,
    archive: 'no',
    polled: true,
    vehicleCheckMs: VEHICLE_CHECK_MS,
  });
  return id;
}

const CALLER = { callBackUrl: 'https://caller.example/hook' };

/** Died in the queue, and its caller is told when the hold is over. */
export async function deadUntold(ledger: Ledger): Promise<string> {
  const id = await queued(ledger, CALLER);
  await kill(ledger, id, 'model_unavailable', 'queued');
  return id;
}

/** Cancelled, and its caller never took the callback. */
export async function unheard(ledger: Ledger): Promise<string> {
  const id = await queued(ledger, CALLER);
  await ledger.cancel(id);
  await giveUpCallback(ledger, id);
  return id;
}

/** Kie's verdict `fail`, and its caller never took the callback: two dead letters. */
export async function failedUnheard(ledger: Ledger, taskId: string): Promise<string> {
  const id = await failed(ledger, taskId, CALLER);
  await giveUpCallback(ledger, id);
  return id;
}

async function giveUpCallback(ledger: Ledger, id: string): Promise<void> {
  const vehicle = (await ledger.read.generation(id))?.delivery?.vehicle ?? '';
  const times = { tries: 0, retryDelayMs: 1, giveUpMs: 0 };
  const reply = await ledger.deliveryTried({ id, vehicle, delivered: false, evidence: EVIDENCE, ...times });
  if (reply.kind !== 'given_up') throw new Error(JSON.stringify(reply));
}

/** A job was taken that had been started before, and its record is gone. */
export async function recordMissing(ledger: Ledger): Promise<string> {
  const { id, payload, hash, tenant, model } = checkedRequest();
  const reply = await ledger.kill({
    id,
    class: 'record_missing',
    evidence: EVIDENCE,
    payload,
    hash,
    tenant,
    model,
    vehicle: vehicleId(id, 1),
  });
  if (reply.kind !== 'dead') throw new Error(JSON.stringify(reply));
  return id;
}

async function kill(
  ledger: Ledger,
  id: string,
  deadLetterClass: DeadLetterClass,
  expected: 'queued' | 'unknown' | 'generating',
): Promise<void> {
  const reply = await ledger.kill({ id, class: deadLetterClass, expected, evidence: EVIDENCE });
  if (reply.kind !== 'dead') throw new Error(JSON.stringify(reply));
}
