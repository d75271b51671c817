import { evidenceText, type DeadLetterClass, type GenerationState, type OrNewer } from '@kieq/domain';
import type { ArchivedFile, GenerationRecord } from '@kieq/ledger';
import { deadFailure, frozenPayloadSchema } from '@kieq/queue';

/** What a caller sees of a generation. Times are epoch ms. */
export interface GenerationView {
  readonly id: string;
  /** A newer version of kieq may know more states than this one. */
  readonly state: OrNewer<GenerationState>;
  readonly tenant: string;
  readonly model: string;
  readonly priority: number;
  readonly createdAt: number;
  readonly endedAt?: number;
  /** Number of submissions, refused ones included. */
  readonly attempts: number;
  /** Polls of the current task. */
  readonly polls: number;
  /** Kie's id of the current task. */
  readonly taskId?: string;
  /** Kie's links to the result; they expire within about a day. */
  readonly resultUrls: readonly string[];
  /** When the links are assumed expired; present where results are archived. */
  readonly resultUrlsDieAt?: number;
  /** Results saved in the archive, in the order of their links; empty until they are. */
  readonly archived: readonly ArchivedFile[];
  readonly creditsConsumed?: number;
  /** Of a failed or dead generation: Kie's code where it gave one, else the class of the dead letter. */
  readonly failCode?: string;
  /** Kie's message where it gave one; of a dead generation also what it means for the money. */
  readonly failMsg?: string;
  /** `summary` is one sentence, with Kie's message and code where it gave them. */
  readonly deadLetter?: {
    readonly class: OrNewer<DeadLetterClass>;
    readonly summary: string;
    readonly openedAt: number;
  };
  readonly metadata: Readonly<Record<string, string>>;
}

export function viewOf(record: GenerationRecord): GenerationView {
  const { verdict, deadLetter, archiving } = record;
  const failure = deadFailure(record) ?? verdict;
  return {
    id: record.id,
    state: record.state,
    tenant: record.tenant,
    model: record.model,
    priority: record.priority,
    createdAt: record.createdAt,
    attempts: record.attempts.length,
    polls: record.polls,
    resultUrls: verdict?.resultUrls ?? [],
    ...(archiving === undefined ? {} : { resultUrlsDieAt: archiving.dueBy }),
    archived: archiving?.files ?? [],
    metadata: metadataOf(record.payload),
    ...(record.endedAt === undefined ? {} : { endedAt: record.endedAt }),
    ...(record.taskId === undefined ? {} : { taskId: record.taskId }),
    ...(verdict?.creditsConsumed === undefined ? {} : { creditsConsumed: verdict.creditsConsumed }),
    ...(failure?.failCode === undefined ? {} : { failCode: failure.failCode }),
    ...(failure?.failMsg === undefined ? {} : { failMsg: failure.failMsg }),
    ...(deadLetter === undefined
      ? {}
      : {
          deadLetter: {
            class: deadLetter.class,
            summary: evidenceText(deadLetter.evidence),
            openedAt: deadLetter.openedAt,
          },
        }),
  };
}

/** The payload of a generation that never validated may be anything. */
function metadataOf(payload: string | undefined): Readonly<Record<string, string>> {
  if (payload === undefined) return {};
  try {
    return frozenPayloadSchema.parse(JSON.parse(payload)).metadata ?? {};
  } catch {
    return {};
  }
}
