import { addressProblem } from '@kieq/outbound';
import { CliError, EXIT } from '../exit.ts';

/**
 * The address of `--forward-to`. The developer names it, so a private one is allowed; without a scheme it is http.
 * @throws CliError `usage`
 */
export function targetAddress(text: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const problem = addressProblem(url, true);
  if (problem === undefined) return new URL(url).href;
  const example = 'such as localhost:3000/webhooks/kieq';
  throw new CliError(EXIT.usage, `--forward-to ${problem}, ${example}; received ${JSON.stringify(text)}`);
}
