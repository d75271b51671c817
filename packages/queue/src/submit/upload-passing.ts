import { randomBytes } from 'node:crypto';
import { backoffMs, uploadName, uploadsIn, uploadUrl, type Evidence, type UploadRef } from '@kieq/domain';
import { KieError } from '@kieq/kie';
import type { GenerationRecord } from '@kieq/ledger';
import { StorageError } from '@kieq/storage';
import type { UploadPassingDeps } from './submit-deps.ts';
import { deadJobEnd } from './dead-job.ts';
import type { JobEnd } from '../loop/job-end.ts';
import { kill } from '../jobs/add-delivery.ts';
import { frozenPayloadSchema } from '../jobs/payload.ts';
import { findImage } from '../uploads/upload-stores.ts';

/** Folder at Kie's upload service. */
const UPLOAD_PATH = 'kieq';
/** Codes by which Kie refuses the file itself; the same file would be refused again. */
const FILE_REFUSALS = new Set([400, 413, 415, 422]);

export interface UploadTask {
  readonly id: string;
  /** The job that asked for admission. */
  readonly vehicle: string;
  readonly payload: string;
  /** Failures in a row, from the reply of `admit`. */
  readonly tries: number;
}

/**
 * What became of one image.
 *
 * - `passed`: Kie has it under the link. `refused`: Kie will never accept it.
 * - `gone`: no known store of the pool has it; an operator may put it back.
 * - `transient`: may work later. `cut`: the process ends.
 */
type Passed =
  | { readonly kind: 'passed'; readonly link: string }
  | { readonly kind: 'refused'; readonly evidence: Evidence }
  | { readonly kind: 'gone'; readonly evidence: Evidence }
  | { readonly kind: 'transient'; readonly evidence: Evidence; readonly retryAfterMs?: number | undefined }
  | { readonly kind: 'cut' };

/** Passes the uploaded images of a queued generation on to Kie; then its job asks for admission again. Costs nothing. */
export async function passUploads(context: UploadPassingDeps, task: UploadTask): Promise<JobEnd> {
  const { id, vehicle } = task;
  const record = await context.ledger.read.generation(id);
  if (record === undefined) return { kind: 'complete', result: 'the record no longer exists' };
  const links: Record<string, string> = {};
  for (const ref of uploadsIn(frozenPayloadSchema.parse(JSON.parse(task.payload)).request.input)) {
    const passed = await passOne(context, record, ref);
    if (passed.kind !== 'passed') return afterTransientError(context, task, passed);
    links[uploadUrl(ref)] = passed.link;
    context.metrics.uploads.inc({ outcome: 'passed' });
  }
  const reply = await context.ledger.uploaded({ id, vehicle, links });
  if (reply.kind === 'uploaded') return { kind: 'give_back' };
  return { kind: 'complete', result: `its images are uploaded to Kie, but it is ${reply.kind}` };
}

async function passOne(context: UploadPassingDeps, { tenant }: GenerationRecord, ref: UploadRef): Promise<Passed> {
  const { kie, deadline } = context;
  // Any BullMQ client may write such an address; a tenant may use only its own images.
  if (ref.tenant !== tenant) return refused('the request names an uploaded image of another tenant');
  try {
    const found = await findImage(context, uploadName(ref));
    if (!('file' in found)) return absent(ref, found.elsewhere);
    // A new name each time: the same one would overwrite a file that an older attempt may still need.
    const fileName = `${ref.copy}-${randomBytes(4).toString('hex')}.${ref.extension}`;
    const upload = { file: found.file, fileName, uploadPath: UPLOAD_PATH, signal: deadline };
    const { downloadUrl } = await kie.upload(upload);
    return { kind: 'passed', link: downloadUrl };
  } catch (error) {
    return failureOf(error, deadline);
  }
}

/**
 * The store does not have the image. Where images are uploaded into others too, one of them may: the generation waits
 * for a worker that has it. Its dead letter is shown to callers, so only the log and `kieq doctor` name the stores.
 */
function absent(ref: UploadRef, elsewhere: readonly string[]): Passed {
  if (elsewhere.length === 0) return { kind: 'gone', evidence: { summary: goneText(ref) } };
  const summary =
    'the upload store of this worker does not have the image, and images of this pool are uploaded into another one as well; UPLOAD_STORE_URL must name one store for all gateways, workers and kieq, and kieq doctor names them';
  return { kind: 'transient', evidence: { summary } };
}

/** The name is that of this copy; the same image sent with another request gets another name. */
function goneText(ref: UploadRef): string {
  return `the upload store does not have the image ${uploadName(ref)}; put it back under this name (the folder is its SHA-256) and redrive, or send it again with a new request; kieq doctor shows whether UPLOAD_STORE_URL names one store for all processes`;
}

function failureOf(error: unknown, deadline: AbortSignal): Passed {
  if (error instanceof StorageError) return { kind: 'transient', evidence: { summary: error.message.slice(0, 500) } };
  if (!(error instanceof KieError)) throw error;
  if (deadline.aborted) return { kind: 'cut' };
  const { evidence, retryAfterMs } = error;
  if (FILE_REFUSALS.has(evidence.code ?? 0)) return { kind: 'refused', evidence };
  return { kind: 'transient', evidence, retryAfterMs };
}

function refused(summary: string): Passed {
  return { kind: 'refused', evidence: { summary } };
}

async function afterTransientError(
  context: UploadPassingDeps,
  { id, vehicle, tries }: UploadTask,
  passed: Exclude<Passed, { kind: 'passed' }>,
): Promise<JobEnd> {
  const { ledger, logger, metrics, timings, random } = context;
  if (passed.kind === 'cut') return { kind: 'give_back' };
  const { evidence } = passed;
  if (passed.kind !== 'transient') {
    const deadLetterClass = passed.kind === 'gone' ? 'upload_missing' : 'invalid_request';
    metrics.uploads.inc({ outcome: 'refused' });
    logger.warn({ evidence }, 'an uploaded image cannot be passed to Kie; nothing is submitted');
    const killed = await kill(context, { id, class: deadLetterClass, expected: 'queued', evidence });
    if (killed.kind === 'dead') return deadJobEnd(id, deadLetterClass, evidence);
    return { kind: 'complete', result: `its image cannot be passed, but it is ${killed.kind}` };
  }
  metrics.uploads.inc({ outcome: 'postponed' });
  logger.warn({ evidence, tries: tries + 1 }, 'passing an uploaded image to Kie failed; will try again');
  const { retryBaseMs: baseMs, retryCapMs: capMs, vehicleCheckMs } = timings;
  const backoff = backoffMs({ baseMs, capMs }, tries + 1, random);
  const delayMs = Math.max(backoff, Math.min(passed.retryAfterMs ?? 0, capMs));
  const args = { id, vehicle, tries, evidence, delayMs, vehicleCheckMs };
  const reply = await ledger.postpone(args);
  if (reply.kind === 'postponed') return { kind: 'delay', delayMs };
  return { kind: 'complete', result: `passing its image failed, but it is ${reply.kind}` };
}
