import type { GenerationAnswer, ShownResult } from '../src/overview/schemas.ts';
import { adoptTask, cancel } from './actions.ts';
import { ask } from './api.ts';
import { byId, h, render } from './dom.ts';
import { ago, duration, moment, number } from './format.ts';
import { showYou } from './header.ts';
import { at } from './path.ts';
import { action } from './say.ts';
import { deadLetterButtons } from './sections/dead-letters.ts';
import { askForPosters, posterOf, shownPosters } from './sections/posters.ts';
import { player } from './sections/player.ts';

const EVERY_MS = 2000;
const id = decodeURIComponent(location.pathname.split('/').at(-1) ?? '');
type Generation = GenerationAnswer['generation'];
type DeadLetter = NonNullable<Generation['deadLetter']>;

async function reload(): Promise<void> {
  const answer = await ask<GenerationAnswer>(`/api/generations/${encodeURIComponent(id)}`);
  const { generation } = answer;
  showYou(answer.you);
  render('facts', [generation, Math.floor(answer.atMs / 10_000)], () => [facts(answer)]);
  render('actions', [generation.state, answer.you], () => buttons(answer));
  render('dead-letters', [generation.deadLetter, generation.delivery, answer.you], () => deadLetters(answer));
  render('attempts', generation.attempts, () => [attempts(answer)]);
  void askForPosters(generation);
  render('result', [generation.verdict, generation.archiving?.files, answer.results, shownPosters()], () =>
    result(answer),
  );
  render('payload', generation.payload, () => [h('pre', { tabindex: 0 }, JSON.stringify(generation.payload, null, 2))]);
}

function facts({ generation, atMs }: GenerationAnswer): HTMLElement {
  const rows: (readonly [string, string | undefined])[] = [
    ['state', `${generation.state}, since ${ago(generation.since, atMs)}`],
    ['model', generation.model],
    ['tenant', generation.tenant],
    ['priority', String(generation.priority)],
    ['created', `${moment(generation.createdAt)} (${ago(generation.createdAt, atMs)})`],
    ['task', generation.taskId],
    ['polls', number(generation.polls)],
    ['next poll', generation.state === 'generating' ? whenText(generation.nextPollAt, atMs) : undefined],
    ['deadline', generation.state === 'queued' ? whenText(generation.deadlineAt, atMs) : undefined],
    ['vehicle', `${generation.vehicle} in ${generation.queue}`],
  ];
  const shown = rows.flatMap(([name, text]) => (text === undefined ? [] : [h('dt', {}, name), h('dd', {}, text)]));
  return h('dl', {}, ...shown);
}

function whenText(ms: number | undefined, atMs: number): string | undefined {
  if (ms === undefined) return undefined;
  return ms > atMs ? `in ${duration(ms - atMs)}` : ago(ms, atMs);
}

function buttons({ generation: { state }, you }: GenerationAnswer): HTMLElement[] {
  if (you.role !== 'operator') return [];
  if (state === 'queued')
    return [
      h('button', { class: 'danger', 'data-key': 'cancel', onclick: action(() => cancel(id, reload)) }, 'Cancel it'),
    ];
  if (state === 'unknown' && you.canAdopt)
    return [h('button', { 'data-key': 'adopt', onclick: action(() => adoptTask(id, reload)) }, 'Adopt a task')];
  return [];
}

function deadLetters({ generation: { deadLetter, delivery }, you }: GenerationAnswer): HTMLElement[] {
  const open = [deadLetter, delivery?.deadLetter ?? null].filter((one) => one !== null);
  return open.map((one) => deadLetterBox(one, you));
}

function deadLetterBox(deadLetter: DeadLetter, you: GenerationAnswer['you']): HTMLElement {
  return h(
    'div',
    { class: 'dead-letter' },
    h('h3', {}, `Dead letter: ${deadLetter.class}`),
    h('p', {}, deadLetter.advice),
    h('p', { class: 'dim' }, evidenceLine(deadLetter.evidence)),
    you.role === 'operator'
      ? h('div', { class: 'actions' }, ...deadLetterButtons(id, deadLetter, you.canAdopt, reload))
      : null,
    deadLetter.goOn.length === 0
      ? null
      : h(
          'p',
          { class: 'dim' },
          'On the command line: ',
          h('code', {}, deadLetter.goOn.map(({ command }) => command).join(' | ')),
        ),
  );
}

/** Kie's own code and words stand behind ours. */
function evidenceLine({ summary, httpStatus, code, msg }: DeadLetter['evidence']): string {
  const more = [
    httpStatus === undefined ? undefined : `HTTP ${httpStatus}`,
    code === undefined ? undefined : `code ${code}`,
    msg,
  ];
  return [summary, ...more].filter((text) => text !== undefined).join(' · ');
}

function attempts({ generation, atMs }: GenerationAnswer): HTMLElement {
  const rows = generation.attempts.map((attempt) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, String(attempt.n)),
      h('td', {}, attempt.canary === true ? `${attempt.outcome} (canary)` : attempt.outcome),
      h('td', { title: moment(attempt.admittedAt) }, ago(attempt.admittedAt, atMs)),
      h('td', {}, attempt.answeredAt === undefined ? '–' : duration(attempt.answeredAt - attempt.admittedAt)),
      h('td', {}, attempt.taskId ?? '–'),
      h('td', {}, attempt.worker ?? '–'),
      h('td', { class: 'text' }, attempt.evidence === undefined ? '' : evidenceLine(attempt.evidence)),
    ),
  );
  const names = ['n', 'outcome', 'admitted', 'answer after', 'task', 'worker', 'evidence'];
  if (rows.length === 0) return h('p', { class: 'dim' }, 'It has not been submitted yet.');
  const head = h('tr', {}, ...names.map((name) => h('th', { scope: 'col' }, name)));
  const table = h('table', {}, h('thead', {}, head), h('tbody', {}, ...rows));
  // Who has only a keyboard scrolls it as well.
  return h('div', { class: 'scroll', role: 'group', 'aria-label': 'Attempts', tabindex: 0 }, table);
}

function result({ generation: { verdict, archiving }, results }: GenerationAnswer): (HTMLElement | null)[] {
  if (verdict === undefined) return [h('p', { class: 'dim' }, 'No verdict yet.')];
  if (verdict.state === 'fail')
    return [h('p', { class: 'bad-text' }, `Kie failed it: ${verdict.failCode ?? ''} ${verdict.failMsg ?? ''}`)];
  const credits =
    verdict.creditsConsumed === undefined
      ? null
      : h('p', { class: 'dim' }, `${number(verdict.creditsConsumed)} credits`);
  return [
    ...results.flatMap((one, i) => [
      player(one, id, posterOf(id, i + 1)),
      ...sources(one, archiving?.files[i]),
      warningOf(archiving?.files[i]),
    ]),
    ...unlinked(verdict),
    credits,
  ];
}

type ArchivedFile = NonNullable<Generation['archiving']>['files'][number];

/** The addresses of a result, the one that stays before the one that expires. */
function sources({ archive, kie }: ShownResult, file: ArchivedFile | undefined): HTMLElement[] {
  const kept =
    archive === null || file === undefined ? [] : [h('p', {}, 'Archived: ', h('a', { href: at(archive) }, file.name))];
  return [
    ...kept,
    h('p', {}, kept.length === 0 ? null : "Kie's link: ", h('a', { href: kie, rel: 'noreferrer' }, kie)),
  ];
}

function warningOf(file: ArchivedFile | undefined): HTMLElement | null {
  return file?.warning === undefined
    ? null
    : h('p', { class: 'bad-text' }, `${file.name} is kept although ${file.warning}.`);
}

/** So much of a result without a link is shown, in characters. */
const SHOWN_RESULT = 1000;

/** A text, or a link in an unknown shape, shown for the operator. */
function unlinked({ resultUrls, resultJson }: NonNullable<Generation['verdict']>): HTMLElement[] {
  if (resultUrls.length > 0) return [];
  if (resultJson === undefined) return [h('p', { class: 'dim' }, 'Kie says success, and gave no result.')];
  const shown = resultJson.length > SHOWN_RESULT ? `${resultJson.slice(0, SHOWN_RESULT)}…` : resultJson;
  return [
    h('p', { class: 'dim' }, 'Kie says success, and no link could be read of this:'),
    h('pre', { tabindex: 0 }, shown),
  ];
}

async function live(): Promise<void> {
  if (document.visibilityState === 'visible') {
    try {
      await reload();
      byId('live').textContent = 'live';
    } catch (error) {
      byId('live').textContent = error instanceof Error ? error.message : String(error);
    }
  }
  setTimeout(() => void live(), EVERY_MS);
}

document.title = `${id} · kieq`;
byId('id').textContent = id;
void live();
