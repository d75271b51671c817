import type { Evidence, Newer } from '@kieq/domain';
import { createRedactor } from '@kieq/kie';
import type { ArchivedFile } from '@kieq/ledger';
import type { GenerationDetails, DeadLetterDetails, DeliveryDetails } from '@kieq/queue';
import { paintState, type Paint } from './paint.ts';
import { fields, headedTable, section } from './table.ts';
import { duration, moment, until } from './time.ts';

/** One generation as a text. */
export function detailsText(details: GenerationDetails, nowMs: number, paint: Paint): string {
  const parts = [
    fields([
      ['generation', details.id],
      ['state', `${paintState(paint, details.state)}, since ${moment(details.since, nowMs) ?? '?'}`],
      ['model', details.model],
      ['tenant', details.tenant],
      ['priority', details.priority],
      ['created', moment(details.createdAt, nowMs)],
      ['deadline', details.state === 'queued' ? moment(details.deadlineAt, nowMs) : undefined],
      ['not before', details.state === 'queued' ? moment(details.notBefore, nowMs) : undefined],
      ['next poll', details.state === 'generating' ? moment(details.nextPollAt, nowMs) : undefined],
      ['ended', moment(details.endedAt, nowMs)],
      ['purged', moment(details.purgedAt, nowMs)],
      ['task', details.taskId],
      ['polls', details.polls],
      ['callback', callbackText(details, nowMs)],
      ['archive', archiveText(details, nowMs)],
      ['vehicle', `${details.vehicle} in ${details.queue}`],
    ]),
    section('attempts', attemptsText(details.attempts, nowMs, paint), paint),
  ];
  if (details.verdict !== undefined) parts.push(section('verdict', verdictText(details.verdict), paint));
  if (details.deadLetter !== null) parts.push(deadLetterText(details.deadLetter, nowMs, paint));
  const undelivered = details.delivery?.deadLetter ?? null;
  if (undelivered !== null) parts.push(deadLetterText(undelivered, nowMs, paint));
  parts.push(`${paint.strong('payload')}:\n${JSON.stringify(details.payload, null, 2)}`);
  return parts.join('\n\n');
}

function callbackText({ callback, delivery }: GenerationDetails, nowMs: number): string | undefined {
  if (delivery === null) return callback ? 'at the end' : undefined;
  const failed = delivery.tries === 0 ? '' : ` (failed tries: ${delivery.tries})`;
  const evidence = delivery.evidence === undefined ? '' : `: ${evidenceText(delivery.evidence)}`;
  return `${deliveryWord(delivery, nowMs)}${failed}${evidence}`;
}

function archiveText({ archiving }: GenerationDetails, nowMs: number): string | undefined {
  if (archiving === undefined) return undefined;
  const { state, nextAt, dueBy, tries, evidence, files } = archiving;
  if (state === 'done') return files.map(fileText).join(', ');
  const failed = tries === 0 ? '' : ` (failed tries: ${tries})`;
  const why = evidence === undefined ? '' : `: ${evidenceText(evidence)}`;
  const due = `due ${until(nextAt, nowMs)}, links assumed expired ${until(dueBy, nowMs)}`;
  const when = state === 'failed' ? 'given up' : state === 'pending' ? due : state;
  return `${when}${failed}${why}`;
}

function fileText({ name, bytes, warning }: ArchivedFile): string {
  return `${name} (${bytes} bytes${warning === undefined ? '' : `; kept although ${warning}`})`;
}

function deliveryWord({ state, dueAt }: DeliveryDetails, nowMs: number): string {
  switch (state) {
    case 'pending':
      return `due ${until(dueAt, nowMs)}`;
    case 'delivered':
      return 'delivered';
    case 'failed':
      return 'given up';
    default:
      return state satisfies Newer;
  }
}

/** A dead letter with its advice and the commands to go on. */
export function deadLetterText(deadLetter: DeadLetterDetails, nowMs: number, paint: Paint): string {
  const about = fields(
    [
      ['class', paint.bad(deadLetter.class)],
      ['opened', moment(deadLetter.openedAt, nowMs)],
      ['came from', deadLetter.from],
      ['evidence', evidenceText(deadLetter.evidence)],
      ['advice', deadLetter.advice],
    ],
    '  ',
  );
  const ways = deadLetter.goOn.map(({ command, effect }) => `  ${paint.strong(command)}\n      ${effect}`);
  return `${section('dead letter', about, paint)}\n\n${section('to go on', ways.join('\n'), paint)}`;
}

function attemptsText(attempts: GenerationDetails['attempts'], nowMs: number, paint: Paint): string {
  if (attempts.length === 0) return '';
  const rows = attempts.map((attempt) => [
    String(attempt.n),
    attempt.canary === true ? `${attempt.outcome} (canary)` : attempt.outcome,
    `${duration(Math.max(0, nowMs - attempt.admittedAt))} ago`,
    attempt.answeredAt === undefined ? '-' : duration(Math.max(0, attempt.answeredAt - attempt.admittedAt)),
    attempt.taskId ?? '-',
    attempt.worker ?? '-',
    attempt.evidence === undefined ? '-' : evidenceText(attempt.evidence),
  ]);
  const head = ['n', 'outcome', 'admitted', 'answer after', 'task', 'worker', 'evidence'];
  return headedTable(head, rows, { paint, indent: '  ' });
}

function verdictText(verdict: NonNullable<GenerationDetails['verdict']>): string {
  return fields(
    [
      ['state', verdict.state],
      ['credits', verdict.creditsConsumed],
      ['failCode', verdict.failCode],
      ['failMsg', verdict.failMsg],
      ...verdict.resultUrls.map((url): [string, string] => ['result', url]),
      ['resultJson', unlinkedText(verdict)],
    ],
    '  ',
  );
}

/** How much of a result without a link is shown, in characters; `--json` has all of it. */
const SHOWN_RESULT = 1000;
const redact = createRedactor('');

/** The result of a success without a readable link: it may contain a text, or the link in another form. */
function unlinkedText({
  state,
  resultUrls,
  resultJson,
}: NonNullable<GenerationDetails['verdict']>): string | undefined {
  if (state !== 'success' || resultUrls.length > 0) return undefined;
  if (resultJson === undefined) return 'none received';
  const shown = redact(resultJson);
  return shown.length > SHOWN_RESULT ? `${shown.slice(0, SHOWN_RESULT)}…` : shown;
}

type SeenEvidence = { readonly [Key in keyof Evidence]: Evidence[Key] | undefined };

function evidenceText({ summary, httpStatus, code, msg, transport, body }: SeenEvidence): string {
  const more = [
    httpStatus === undefined ? undefined : `HTTP ${httpStatus}`,
    code === undefined ? undefined : `code ${code}`,
    msg,
    transport,
    body,
  ].filter((part) => part !== undefined);
  return more.length === 0 ? String(summary) : `${summary} [${more.join('; ')}]`;
}
