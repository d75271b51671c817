import { Readable } from 'node:stream';
import { addressProblem } from '@kieq/outbound';
import { CliError, EXIT } from '../exit.ts';

const MAX_REDIRECTS = 3;

/**
 * Opens a link of Kie to a result. It comes from outside, so it is checked like a caller's, and so is each redirect.
 * @throws CliError `refused` for an address that must not be fetched, `unavailable` without a good answer
 */
export async function openLink(link: string, allowPrivate: boolean, signal: AbortSignal): Promise<Readable> {
  let url = link;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const problem = addressProblem(url, allowPrivate);
    if (problem !== undefined) throw new CliError(EXIT.refused, `the link to the result ${problem}: ${url}`);
    const answer = await ask(url, signal);
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status >= 400 || location === null) return bodyOf(answer, url);
    await answer.body?.cancel();
    url = new URL(location, url).href;
  }
  throw new CliError(EXIT.unavailable, `the link to the result leads from one address to the next: ${link}`);
}

async function ask(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { redirect: 'manual', signal });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new CliError(EXIT.unavailable, `the link to the result does not answer: ${cause}`);
  }
}

function bodyOf({ ok, status, body }: Response, url: string): Readable {
  if (ok && body !== null) return Readable.fromWeb(body);
  throw new CliError(
    EXIT.unavailable,
    `the link to the result answered ${status}; Kie's links die within a day: ${url}`,
  );
}
