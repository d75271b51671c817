import { secretValues } from './secrets.ts';
import type { World } from './world.ts';

/** Whatever has the form of an attempt's token: 24 bytes in base64url. */
const TOKEN_FORM = /(?<![\w-])[\w-]{32}(?![\w-])/g;

/** Secrets that a log shows, by what they are and where; the secrets themselves are not repeated. */
export async function leakedSecrets({ logbook, secrets, pool }: World): Promise<string[]> {
  const found: string[] = [];
  const tokens = new Set(
    pool.simulator.ledger
      .submissions()
      .flatMap(({ callBackUrl }) => (callBackUrl === undefined ? [] : [tokenIn(callBackUrl)])),
  );
  for await (const { name, text } of logbook.texts()) {
    if (secretValues(secrets).some((secret) => text.includes(secret))) found.push(`a key in the log of ${name}`);
    const shown = [...text.matchAll(TOKEN_FORM)].filter(([word]) => tokens.has(word)).length;
    if (shown > 0) found.push(`${shown} attempt tokens in the log of ${name}`);
  }
  return found;
}

function tokenIn(callBackUrl: string): string {
  return new URL(callBackUrl).pathname.split('/').at(-1) ?? '';
}
