export { adopt, type AdoptOptions, type AdoptResult } from './adopt/adopt.ts';
export { proveAdoption, type AdoptionProof } from './adopt/adoption-proof.ts';
export { hashAttemptToken, mintAttemptToken } from './submit/attempt-token.ts';
export { callbackBody, callerRecord, deadFailure, type CallerRecord } from './deliveries/caller-record.ts';
export {
  DEFAULT_PRIORITY,
  openQueues,
  QUEUE_NAMES,
  WORKED_QUEUES,
  type QueueName,
  type Queues,
} from './jobs/catalogue.ts';
export { cached } from './cached.ts';
export { createPollPlan } from './poll/create-poll-plan.ts';
export { beginRefresh, refreshStep, type RefreshDeps, type RefreshStep } from './upkeep/catalogue-refresh.ts';
export { liveFactsOf, type LiveFactsOfModel } from './upkeep/live-facts.ts';
export { creditsLeft, isOldBalance, meanCredits, type CreditsLeft } from './upkeep/credits-left.ts';
export { readFleet, type Fleet, type FleetSource } from './status/fleet.ts';
export { createFleetMetrics } from './status/fleet-metrics.ts';
export { createWorkerMetrics, type WorkerMetrics } from './status/metrics.ts';
export {
  detailsOf,
  deadLetterDetails,
  type GenerationDetails,
  type DeadLetterDetails,
  type DeliveryDetails,
} from './status/details.ts';
export { decodeJson, jsonOf, LossyNumber, parseJsonText, UndecodableText } from './jobs/json-text.ts';
export { readLastHour, recentSuccesses, type LastHour } from './status/last-hour.ts';
export { followCallback } from './poll/followed-callbacks.ts';
export type { Difference } from './adopt/likeness.ts';
export { newUpload, UPLOAD_LIMIT_BYTES, type NewUpload, type RefusedUpload } from './uploads/new-upload.ts';
export { oldestWaiting } from './status/oldest-waiting.ts';
export { openDeadLetters, type OpenDeadLetter } from './dead-letters/open-dead-letters.ts';
export {
  checkRequest,
  checkSubmitJob,
  excessOf,
  frozenPayload,
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
} from './jobs/payload.ts';
export { promptOf } from './jobs/prompt.ts';
export { addArchive } from './jobs/archive-jobs.ts';
export { addDelivery, kill } from './jobs/add-delivery.ts';
export { POOL_EVENTS } from './status/pool-events.ts';
export { PollPlan, type PollPlanOptions } from './poll/poll-plan.ts';
export { createPoolWorker, type PoolWorker } from './pool-worker.ts';
export type { PoolWorkerOptions, WorkerSettings } from './wiring.ts';
export { redriveClass, type RedriveClassOptions } from './dead-letters/redrive-class.ts';
export { redriveOne, type RedriveOptions, type RedriveResult } from './dead-letters/redrive.ts';
export { isSignedLink, linkTimes, resultLink, type LinkedFile } from './archive/result-link.ts';
export { createResultLinks, dispositionOf, type ResultLinks } from './archive/result-links.ts';
export { readReported, type ReportedRecord } from './deliveries/reported-record.ts';
export { watchPublicUrl } from './archive/public-url-watch.ts';
export { readBinding, readStatus, type PoolStatus } from './status/status.ts';
export { sweepOnce } from './upkeep/sweeper.ts';
export { removeFromStores, type Stores } from './archive/store-removal.ts';
export { ignoredFields, ignoredInItem, ignoredInRequest, type IgnoredField } from './jobs/ignored-fields.ts';
export { textProblems } from './jobs/text-problems.ts';
export { nameStore, standingOf, type StoreStanding } from './uploads/upload-stores.ts';
export { watchUploadStore, type StoreWatch } from './uploads/upload-store-watch.ts';
export { createWorkforceMetrics } from './status/workforce-metrics.ts';
export { isManned, readWorkforce, workersByVersion, type Workforce } from './status/workforce.ts';
export { AS_SENT } from './jobs/as-sent.ts';
export { addFirstVehicles } from './jobs/first-vehicles.ts';
export { addVehicle, jobState, vehicleId } from './jobs/vehicles.ts';
export { webhookHeaders, type WebhookMessage } from './deliveries/webhook-headers.ts';
export { webhookOf, webhookRequest, type Webhook } from './deliveries/webhook-request.ts';
export { timingKindOf } from './poll/timing-kind-of.ts';
