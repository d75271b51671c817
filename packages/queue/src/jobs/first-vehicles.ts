import type { JobJson } from 'bullmq';
import { JOB_OPTIONS, type Queues } from './catalogue.ts';
import { traceOptions } from './job-trace.ts';
import { PAYLOAD_VERSION, type CheckedRequest } from './payload.ts';
import { vehicleId } from './vehicles.ts';

/**
 * The first vehicles of new generations carry the whole request, so that a job alone can still make its record
 * (docs/decisions/0032); those of a mapped request only name their generation, and are added after its record. They go straight to BullMQ's backend: `Queue.add` would make an object of each job, and write its
 * data as JSON once more.
 */
export async function addFirstVehicles({ submit }: Queues, requests: readonly CheckedRequest[]): Promise<void> {
  const backend = submit.getBackend();
  await Promise.all(requests.map((request) => backend.addJob(firstJob(request), vehicleId(request.id, 1))));
}

function firstJob(request: CheckedRequest): JobJson {
  const { id, model, priority, delayMs, trace } = request;
  const jobId = vehicleId(id, 1);
  // Written out: copying the fields of other objects costs more than all the rest of this function.
  const opts = { attempts, removeOnComplete, removeOnFail, jobId, priority, delay: delayMs };
  return {
    id: jobId,
    name: model,
    data: firstJobText(request),
    opts: trace === undefined ? opts : { ...opts, ...traceOptions(trace) },
    timestamp: Date.now(),
    // What BullMQ's type wants of a job that has not been started.
    progress: 0,
    attemptsMade: 0,
    attemptsStarted: 0,
    stalledCounter: 0,
    failedReason: '',
    returnvalue: '',
  };
}

const { attempts, removeOnComplete, removeOnFail } = JOB_OPTIONS.submit;

/**
 * The data of a first vehicle (`SubmitJob`) as JSON text. The payload is JSON already, an object with a request at
 * least: its members are copied as they are in the record.
 */
export function firstJobText(request: CheckedRequest): string {
  const { id, payload, tenant, priority, delayMs, deadlineMs, mapped } = request;
  if (mapped === true) return JSON.stringify({ v: PAYLOAD_VERSION, generation: id });
  const own = JSON.stringify({ v: PAYLOAD_VERSION, generation: id, tenant, priority, delayMs, deadlineMs });
  return `${own.slice(0, -1)},${payload.slice(1)}`;
}
