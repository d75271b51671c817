import type { DeadLetterClass, GenerationState } from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import { frozenPayloadSchema } from '@kieq/queue';

/** What a caller sees of a generation. Times are epoch ms. */
export interface GenerationView {
  readonly id: string;
  readonly state: GenerationState;
  readonly tenant: string;
  readonly model: string;
  readonly priority: number;
  readonly createdAt: number;
  readonly endedAt?: number;
  /** How often it was submitted, refusals included. */
  readonly attempts: number;
  /** Looks at the current task. */
  readonly polls: number;
  /** Kie's id of the current task. */
  readonly taskId?: string;
  /** Kie's links to the result; they die within about a day. */
  readonly resultUrls: readonly string[];
  readonly creditsConsumed?: number;
  readonly failCode?: string;
  readonly failMsg?: string;
  readonly deadLetter?: { readonly class: DeadLetterClass; readonly summary: string; readonly openedAt: number };
  readonly metadata: Readonly<Record<string, string>>;
}

export function viewOf(record: GenerationRecord): GenerationView {
  const { verdict, letter } = record;
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
    metadata: metadataOf(record.payload),
    ...defined({
      endedAt: record.endedAt,
      taskId: record.taskId,
      creditsConsumed: verdict?.creditsConsumed,
      failCode: verdict?.failCode,
      failMsg: verdict?.failMsg,
      deadLetter: letter && { class: letter.class, summary: letter.evidence.summary, openedAt: letter.openedAt },
    }),
  };
}

/** Leaves out what is undefined, so that optional stays optional. */
function defined<Shape extends object>(shape: Shape): { [Key in keyof Shape]?: Exclude<Shape[Key], undefined> } {
  const entries = Object.entries(shape).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Shape]?: Exclude<Shape[Key], undefined> };
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
