import type { ModelCall } from './calls.ts';
import type { Scene } from './moves/stage.ts';
import type { Answer } from './world.ts';

/** The part of a call that a reader needs. */
const TOLD = [
  'tokenHash',
  'attempt',
  'taskId',
  'vehicle',
  'class',
  'resumesAt',
  'payAgain',
  'action',
  'reason',
  'seen',
  'archive',
  'tries',
];

/** The history in words, one line for each step, for the counterexample. */
export class Trace {
  readonly #lines: string[] = [];
  #startedAt: number | undefined;

  call(call: ModelCall, now: number, more = ''): { answered(reply: Answer): void } {
    const at = this.#lines.push(`${this.#moment(now)} ${describe(call)} ${more}`.trimEnd()) - 1;
    return {
      answered: (reply) => {
        this.#lines[at] += ` → ${reply.kind}${'attempt' in reply ? ` attempt ${String(reply['attempt'])}` : ''}`;
      },
    };
  }

  /** Something that is no call. */
  note(move: string, { world, vendor }: Scene): void {
    const moment = this.#moment(world.now);
    const sent = vendor.requests.map(({ token, state, taskId }) => `${token} ${taskId ?? state}`);
    if (move === 'send') this.#lines.push(`${moment}   at Kie: ${sent.join(', ')}`);
    if (move === 'finish')
      this.#lines.push(`${moment}   at Kie: ${vendor.tasks.map(({ id, state }) => `${id} ${state}`).join(', ')}`);
  }

  text(): string {
    return this.#lines.join('\n');
  }

  #moment(now: number): string {
    this.#startedAt ??= now;
    return `${((now - this.#startedAt) / 1000).toFixed(3)} s`.padStart(14);
  }
}

function describe({ name, args }: ModelCall): string {
  const { id = '' } = args as { readonly id?: string };
  const told = TOLD.flatMap((field) => {
    const value: unknown = Reflect.get(args, field);
    if (field === 'payAgain') return value === true ? ['paying again'] : [];
    return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
  });
  const rule: unknown = 'rule' in args ? Object.values(args.rule).find((one) => typeof one === 'string') : undefined;
  return [name, id, ...told, rule].filter((word) => word !== undefined && word !== '').join(' ');
}
