import { setTimeout as sleep } from 'node:timers/promises';
import { KieError, type KieClient } from '@kieq/kie';
import type { Ledger, LiveQuestion } from '@kieq/ledger';
import { modelNames, modelOf } from '@kieq/models';
import type { Logger } from '@kieq/telemetry';

/** Kie allows one request per second for its catalogue, of all processes with the account; a little more for the way. */
const TURN_MS = 1100;
const WEEK_MS = 7 * 86_400_000;

export interface RefreshDeps {
  readonly ledger: Pick<Ledger, 'liveCatalogue'>;
  readonly kie: Pick<KieClient, 'catalogue'>;
  /** Ends the waiting for a turn, and the request. */
  readonly deadline: AbortSignal;
  /** Between two requests, in ms. Default 1100. */
  readonly turnMs?: number | undefined;
}

/** What became of one question; `problem` where Kie did not answer it, or with something that is not kept. */
export interface RefreshStep extends LiveQuestion {
  readonly problem?: string;
}

/**
 * Asks Kie which models there are, and plans two questions about each model of the built-in catalogue among them.
 * @returns number of questions
 * @throws KieError where Kie does not give its list
 */
export async function beginRefresh(deps: RefreshDeps): Promise<number> {
  const live = deps.ledger.liveCatalogue;
  await live.noteStart();
  const names = modelNames(await ask(deps, { about: 'models' }));
  const known = names.filter((name) => modelOf(name) !== undefined);
  const questions = known.flatMap((model): LiveQuestion[] => [
    { part: 'schema', model },
    { part: 'price', model },
  ]);
  await live.plan(names, questions);
  return questions.length;
}

/** Asks the next question of a refresh, whoever began it; undefined where none is left. */
export async function refreshStep(deps: RefreshDeps): Promise<RefreshStep | undefined> {
  const question = await deps.ledger.liveCatalogue.next();
  if (question === undefined) return undefined;
  const { part, model } = question;
  try {
    const text = textOf(await ask(deps, { about: part, model }));
    if (text === undefined) return { ...question, problem: `Kie has no ${part} for it` };
    const isKept = await deps.ledger.liveCatalogue.keep(question, text);
    return isKept
      ? question
      : { ...question, problem: `the ${part} is too long to be kept (${text.length} characters)` };
  } catch (error) {
    if (!(error instanceof KieError)) throw error;
    return { ...question, problem: error.message };
  }
}

/** A part of the weekly refresh: at most one request, so that a round of the sweeper stays short. */
export async function refreshWeekly(deps: RefreshDeps & { readonly logger: Logger }): Promise<void> {
  const { ledger, logger } = deps;
  try {
    if ((await ledger.liveCatalogue.left()) > 0) {
      const step = await refreshStep(deps);
      if (step?.problem !== undefined) logger.info(step, 'Kie did not answer a question about its catalogue');
      return;
    }
    const agoMs = await ledger.liveCatalogue.startedAgoMs();
    if (agoMs !== undefined && agoMs < WEEK_MS) return;
    logger.info({ questions: await beginRefresh(deps) }, "reading Kie's own catalogue of models");
  } catch (error) {
    if (!(error instanceof KieError)) throw error;
    logger.info({ err: error }, "reading Kie's own catalogue failed; will try again in a week");
  }
}

function ask(
  { kie, ledger, deadline, turnMs = TURN_MS }: RefreshDeps,
  question: Parameters<KieClient['catalogue']>[0],
) {
  const permit = async (): Promise<void> => {
    while (!(await ledger.liveCatalogue.takeTurn(turnMs)))
      await sleep(Math.ceil(turnMs / 4), undefined, { signal: deadline });
  };
  return kie.catalogue(question, { permit, signal: deadline });
}

/** A text as it is, anything else as JSON; undefined for nothing. */
function textOf(data: unknown): string | undefined {
  if (data === null || data === undefined || data === '') return undefined;
  return typeof data === 'string' ? data : JSON.stringify(data);
}
