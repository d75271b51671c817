export type { ArchiveLinks, LinkBasis } from './archive-links.ts';
export type { ArchivedFile, ArchiveRecord, ArchiveStatus } from './archive-record.ts';
export {
  confirmIntent,
  connectionLosses,
  durabilityProblem,
  parseIntentDurability,
  type IntentDurability,
} from './durability.ts';
export {
  eventsAfter,
  eventsSince,
  firstEventId,
  isLater,
  lastEventId,
  readEvents,
  type LedgerEvent,
} from './events.ts';
export { isOwnGate, type Gate, type Gates } from './gates.ts';
export type { Exact } from './exact.ts';
export type { LiveCatalogue, LiveModel, LivePart, LiveQuestion, LiveText } from './live-catalogue.ts';
export { createLedger, type Ledger } from './ledger.ts';
export type { GenerationListOptions, DeadLetterListOptions, DeadLetterPage, ListPage } from './list.ts';
export type { DeadLetterCounts, Page, Reads } from './reads.ts';
export {
  ATTEMPT_OUTCOMES,
  DELIVERY_STATES,
  type Attempt,
  type Claim,
  type GenerationRecord,
  type DeliveryRecord,
  type DeliveryState,
} from './record.ts';
export type * from './replies.ts';
export type { ListCursor, WorkerAnnouncement } from './contract/fleet.ts';
export { SCRIPT_NAMES, type ScriptName } from './contract/index.ts';
export { scriptText } from './scripts.ts';
export type { SharedSettings } from './settings.ts';
export type * from './transitions.ts';
export type { KeepReply, KeptUpload, KeptUploads } from './kept-uploads.ts';
export type { BilledPrice, ModelOutcomes, VerdictLessons } from './verdicts.ts';
export type { UploadStores, UsedStore } from './upload-stores.ts';
export type { AnnouncedWorker, SeenWorkers, Workers } from './workers.ts';
