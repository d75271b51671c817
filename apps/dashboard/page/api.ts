import { at, here } from './path.ts';

/** The server said no; the message is for the person. */
class Refused extends Error {}

/** Asks the dashboard; a session that is over leads to the login page. */
export async function ask<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(at(path), {
    method: body === undefined ? 'GET' : 'POST',
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status === 401 && here() !== '/login') location.assign(at(`/login?next=${encodeURIComponent(here())}`));
  const answer: unknown = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(reasonOf(answer) ?? `The dashboard answered ${response.status}.`);
  // Both sides are built from the same types, and of one version.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the page's own server
  return answer as T;
}

function reasonOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined;
  return typeof answer.error === 'string' ? answer.error : undefined;
}
