export { adopt, type AdoptOptions, type AdoptResult } from './adopt.ts';
export { proveAdoption, type AdoptionProof } from './adoption-proof.ts';
export { hashAttemptToken, mintAttemptToken } from './attempt-token.ts';
export { callbackBody, callerRecord, deadFailure, frozenPayload, type CallerRecord } from './caller-record.ts';
export { DEFAULT_PRIORITY, openQueues, QUEUE_NAMES, type QueueName, type Queues } from './catalogue.ts';
export type { WorkerContext, WorkerSettings } from './context.ts';
export { cached } from './cached.ts';
export { createPollPlan } from './create-poll-plan.ts';
export { creditsLeft, isOldBalance, meanCredits, type CreditsLeft } from './credits-left.ts';
export { readFleet, type Fleet, type FleetSource } from './fleet.ts';
export { createFleetMetrics } from './fleet-metrics.ts';
export { createWorkerMetrics, type WorkerMetrics } from './metrics.ts';
export { detailsOf, letterDetails, type GenerationDetails, type LetterDetails, type NoticeDetails } from './details.ts';
export { jsonOf } from './json.ts';
export { decodeJson, LossyNumber, parseJsonText, UndecodableText } from './json-text.ts';
export { readLastHour, recentSuccesses, type LastHour } from './last-hour.ts';
export { followHint } from './hints.ts';
export { at, KILL_POINTS, MATRIX_POINTS, within, type KillPoint } from './kill-points.ts';
export type { Difference } from './likeness.ts';
export { newUpload, UPLOAD_LIMIT_BYTES, type NewUpload, type RefusedUpload } from './new-upload.ts';
export { oldestWaiting } from './oldest-waiting.ts';
export { openLetters, type OpenLetter } from './open-letters.ts';
export {
  checkRequest,
  checkSubmitJob,
  excessOf,
  frozenPayloadSchema,
  NAMING,
  optionsSchema,
  PAYLOAD_VERSION,
  REQUEST_LIMIT_BYTES,
  submitJobJsonSchema,
  ledgerFields,
  type CheckedRequest,
  type FrozenPayload,
  type GenerationOptions,
  type SubmitJob,
} from './payload.ts';
export { addArchive } from './archive-jobs.ts';
export { addNotice, kill } from './notices.ts';
export { POOL_EVENTS } from './pool-events.ts';
export { PollPlan, type PollPlanOptions } from './poll-plan.ts';
export { createPoolWorker, type PoolWorker, type PoolWorkerOptions } from './pool-worker.ts';
export { redriveClass, type RedriveClassOptions } from './redrive-class.ts';
export { redriveOne, type RedriveOptions, type RedriveResult } from './redrive.ts';
export { isSignedLink, linkTimes, resultLink, type LinkedFile } from './result-link.ts';
export { createResultLinks, dispositionOf, type ResultLinks } from './result-links.ts';
export { readTold, type ToldRecord } from './told-record.ts';
export { watchPublicUrl } from './public-url-watch.ts';
export { readBinding, readStatus, type PoolStatus } from './status.ts';
export { sweepOnce } from './sweeper.ts';
export { removeFromStores, type Stores } from './store-removal.ts';
export { ignoredFields, ignoredInItem, ignoredInRequest, type IgnoredField } from './ignored-fields.ts';
export { textProblems } from './text-problems.ts';
export { nameStore, standingOf, type StoreStanding } from './upload-stores.ts';
export { watchUploadStore, type StoreWatch } from './upload-store-watch.ts';
export { createWorkforceMetrics } from './workforce-metrics.ts';
export { WORKED_QUEUES } from './worked-queues.ts';
export { isManned, readWorkforce, workersByVersion, type Workforce } from './workforce.ts';
export { addFirstVehicles } from './first-vehicles.ts';
export { addVehicle, jobState, vehicleId } from './vehicles.ts';
export { webhookHeaders, type WebhookMessage } from './webhook-headers.ts';
