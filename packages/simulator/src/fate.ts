import { draw } from './distribution.ts';
import type { TaskFault } from './faults.ts';
import type { Failure, SimulatorOptions } from './configuration.ts';
import type { Streams } from './random.ts';

/** How a task will end, decided when it is created. */
export interface Fate {
  /** From creation to the verdict, ms; null: never. */
  readonly durationMs: number | null;
  /** Unset: success. */
  readonly failure: Failure | undefined;
  /** Unknown to recordInfo for this long, ms; Infinity: always. */
  readonly unknownForMs: number;
  /** Overrides the result. */
  readonly resultJson: string | undefined;
  /** Further fields next to the result, in the record of a success. */
  readonly more: Readonly<Record<string, unknown>> | undefined;
}

/** Draws a fate by the options; a fault overrides its own part of it. */
export function fateOf(options: SimulatorOptions, random: Streams, fault: TaskFault | undefined): Fate {
  const fate: Fate = {
    durationMs: Math.round(draw(options.generation, random.generation)),
    failure: failureByChance(options, random),
    unknownForMs: options.freshUnknownMs,
    resultJson: undefined,
    more: undefined,
  };
  return fault === undefined ? fate : { ...fate, ...changeBy(fault) };
}

function failureByChance(options: SimulatorOptions, random: Streams): Failure | undefined {
  if (random.failure() >= options.failRate) return undefined;
  return options.failures[Math.floor(random.failure() * options.failures.length)];
}

function changeBy(fault: TaskFault): Partial<Fate> {
  switch (fault.kind) {
    case 'stuck':
      return { durationMs: null };
    case 'fail':
      return { failure: { failCode: fault.failCode, failMsg: fault.failMsg } };
    case 'transientFail':
      return { failure: { failCode: '500', failMsg: fault.failMsg } };
    case 'duration':
      return { durationMs: fault.ms };
    case 'unknownFor':
      return { unknownForMs: fault.ms ?? Infinity };
    case 'result':
      return { resultJson: fault.resultJson, more: fault.more, failure: undefined };
    default:
      return fault satisfies never;
  }
}
