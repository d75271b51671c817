import { evidenceText, redriveRule, type DeadLetterClass, type OrNewer } from '@kieq/domain';
import {
  ATTEMPT_OUTCOMES,
  DELIVERY_STATES,
  type Attempt,
  type GenerationRecord,
  type DeliveryRecord,
} from '@kieq/ledger';
import { deadFailure, frozenPayload } from '@kieq/queue';
import { z } from 'zod';
import { GENERATION } from '../openapi/examples.ts';
import { wordSchema } from '../word-schema.ts';
import { resultPath } from './result-path.ts';
import { classWord, epochMs, resumePointWord, stateWord } from './schemas.ts';

export const redriveSchema = z
  .object({
    resumesAt: resumePointWord
      .nullable()
      .describe('State in which a redrive resumes; null if only pay-again resumes it, or no redrive does'),
    payAgainNeeded: z.boolean(),
    payAgainResumesAt: z.literal('queued').nullable().describe('State in which a redrive with pay-again resumes'),
  })
  .meta({ id: 'RedriveOptions' });

const deadLetterSchema = z
  .object({
    class: classWord,
    summary: z.string().describe("One sentence, with Kie's message and code if Kie gave them"),
    openedAt: epochMs,
    advice: z.string(),
    redrive: redriveSchema,
  })
  .meta({ id: 'DeadLetter' });

const deliverySchema = z
  .object({
    state: wordSchema(DELIVERY_STATES),
    tries: z.int().describe('Number of failed deliveries'),
    dueAt: epochMs,
    lastError: z.string().optional(),
    deadLetter: deadLetterSchema.optional(),
  })
  .meta({ id: 'Delivery' });

const attemptSchema = z
  .object({
    n: z.int(),
    outcome: wordSchema(ATTEMPT_OUTCOMES),
    admittedAt: epochMs,
    answeredAt: epochMs.optional(),
    taskId: z.string().optional(),
  })
  .meta({ id: 'Attempt' });

const resultSchema = z
  .object({
    url: z.string().describe('Path on this gateway'),
    name: z.string().describe('Name in the archive'),
    contentType: z.string(),
    bytes: z.int(),
    sha256: z.string().describe('Hex'),
    warning: z.string().optional().describe('Possible defect of the file. The archive keeps the file nevertheless'),
  })
  .meta({ id: 'ArchivedResult' });

/** A generation as the API shows it to its tenant. */
export const viewSchema = z
  .object({
    id: z.string(),
    state: stateWord,
    tenant: z.string(),
    model: z.string(),
    request: z
      .object({ model: z.string(), input: z.record(z.string(), z.unknown()) })
      .meta({ id: 'SentRequest' })
      .optional()
      .describe('Absent after the purge'),
    callBackUrl: z.string().optional(),
    priority: z.int(),
    createdAt: epochMs,
    notBefore: epochMs.optional(),
    deadlineAt: epochMs.optional(),
    endedAt: epochMs.optional(),
    attempts: z.array(attemptSchema),
    polls: z.int(),
    taskId: z.string().optional().describe('Id of the current task at Kie'),
    resultUrls: z
      .array(z.string())
      .describe(
        "Links that need no key: into the archive if it has the result, else Kie's. They expire within about a day",
      ),
    kieUrls: z.array(z.string()).describe("Kie's own links, in the same order"),
    resultUrlsDieAt: epochMs
      .optional()
      .describe("Time at which Kie's links are assumed to have expired; present if results are archived"),
    results: z.array(resultSchema).describe('Archived results, in the order of resultUrls; empty until they are saved'),
    creditsConsumed: z.number().optional(),
    failCode: z
      .string()
      .optional()
      .describe("Of a failed or dead generation: Kie's code, or the class of the dead letter"),
    failMsg: z.string().optional().describe("Kie's message if Kie gave one"),
    deadLetter: deadLetterSchema.optional(),
    delivery: deliverySchema
      .optional()
      .describe('Delivery of the webhook to `callBackUrl`; present after the generation has ended'),
    notice: deliverySchema.optional().describe('Alias of `delivery`, its name before 0.3.0').meta({ deprecated: true }),
    metadata: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Generation', examples: [GENERATION] });
export type View = z.infer<typeof viewSchema>;

/** @param links to the results, made by `createResultLinks` */
export function viewOf(record: GenerationRecord, links: readonly string[]): View {
  const { verdict, deadLetter, delivery, archiving, notBefore, deadlineAt, endedAt, taskId } = record;
  const frozen = frozenPayload(record.payload);
  const failure = deadFailure(record) ?? verdict;
  return {
    id: record.id,
    state: record.state,
    tenant: record.tenant,
    model: record.model,
    request: frozen?.request,
    callBackUrl: frozen?.callBackUrl,
    priority: record.priority,
    createdAt: record.createdAt,
    notBefore,
    deadlineAt,
    endedAt,
    attempts: record.attempts.map(attemptView),
    polls: record.polls,
    taskId,
    resultUrls: [...links],
    kieUrls: verdict?.resultUrls ?? [],
    resultUrlsDieAt: archiving?.dueBy,
    results: (archiving?.files ?? []).map((file, i) => ({ url: resultPath(record.id, i + 1), ...file })),
    creditsConsumed: verdict?.creditsConsumed,
    failCode: failure?.failCode,
    failMsg: failure?.failMsg,
    deadLetter: deadLetter === undefined ? undefined : deadLetterView(deadLetter),
    ...(delivery === undefined ? {} : { delivery: deliveryView(delivery), notice: deliveryView(delivery) }),
    metadata: frozen?.metadata ?? {},
  };
}

/** Leaves out token hash, worker and account, which are internal to the pool. */
function attemptView({ n, outcome, admittedAt, answeredAt, taskId }: Attempt): z.infer<typeof attemptSchema> {
  return { n, outcome, admittedAt, answeredAt, taskId };
}

function deliveryView({
  state,
  tries,
  dueAt,
  evidence,
  deadLetter: opened,
}: DeliveryRecord): z.infer<typeof deliverySchema> {
  const deadLetter = opened === undefined ? undefined : deadLetterView(opened);
  return { state, tries, dueAt, lastError: evidence?.summary, deadLetter };
}

function deadLetterView(deadLetter: NonNullable<GenerationRecord['deadLetter']>): z.infer<typeof deadLetterSchema> {
  const { evidence, openedAt } = deadLetter;
  return { class: deadLetter.class, summary: evidenceText(evidence), openedAt, ...outlook(deadLetter.class) };
}

/** Advice and redrive options for a dead letter of this class. */
export function outlook(deadLetterClass: OrNewer<DeadLetterClass>): {
  advice: string;
  redrive: z.infer<typeof redriveSchema>;
} {
  const { advice, resumesAt, payAgainResumesAt } = redriveRule(deadLetterClass);
  return {
    advice,
    redrive: { resumesAt, payAgainNeeded: resumesAt === null && payAgainResumesAt !== null, payAgainResumesAt },
  };
}
