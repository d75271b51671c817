import { parseEnvironment } from '@kieq/config';
import { proxiesOf } from '@kieq/proxy';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { forwardEnds } from '../listen/listen.ts';
import { listenSecret, type ListenSecret } from '../listen/secret.ts';
import { targetAddress } from '../listen/target.ts';
import { SYSTEM } from '../listen/tools.ts';

export interface ListenFlags {
  readonly forwardTo?: string;
  readonly state?: readonly string[];
  /** In ms. */
  readonly since?: number;
  readonly tenant?: string;
  readonly printSecret?: true;
}

/** Forwards the webhooks of a gateway's generations to an address of the user. SIGINT is its normal end. */
export async function listen(context: Context, flags: ListenFlags): Promise<void> {
  const env = parseEnvironment(context.env, ['client', 'outbound']);
  const secret = await listenSecret(env.gatewayWebhookSecret, context.env);
  if (flags.printSecret === true) return printSecret(context, secret);
  if (flags.forwardTo === undefined)
    throw new CliError(EXIT.usage, '--forward-to is required: the address of the receiver.');
  const target = targetAddress(flags.forwardTo);
  const stop = new AbortController();
  const stopListening = context.io.onInterrupt(() => stop.abort());
  const { gatewayUrl: url, gatewayKey: key } = env;
  context.out.note(`Forwarding webhooks of ${url} to ${target}`);
  context.out.note(secretText(secret));
  try {
    const since = flags.since === undefined ? undefined : SYSTEM.nowMs() - flags.since;
    const gateway = { url, key, proxies: proxiesOf(env), tenant: flags.tenant, since };
    const options = { ...gateway, target, secret: secret.secret, states: flags.state, signal: stop.signal };
    await forwardEnds(context, options, SYSTEM);
  } finally {
    stopListening();
  }
}

function printSecret({ out }: Context, { secret, from }: ListenSecret): void {
  if (from === 'user') return out.print({ secret }, () => secret);
  const why =
    from === 'environment'
      ? 'kieq listen signs with GATEWAY_WEBHOOK_SECRET of this environment, which is not printed'
      : 'no secret can be kept in the data folder of this user (XDG_DATA_HOME): set GATEWAY_WEBHOOK_SECRET';
  throw new CliError(EXIT.refused, why);
}

function secretText({ secret, from }: ListenSecret): string {
  switch (from) {
    case 'environment':
      return 'Signed with GATEWAY_WEBHOOK_SECRET of this environment';
    case 'user':
      return `Signing secret: ${secret} (the same at every start)`;
    case 'run':
      return `Signing secret: ${secret} (only for this run: it cannot be kept)`;
    default:
      return from satisfies never;
  }
}
