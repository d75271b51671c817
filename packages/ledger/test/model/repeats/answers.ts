import { TRANSITIONS, type ScriptName } from '../../../src/contract/index.ts';

/** Every answer that a script can give. */
export function answersOf(name: ScriptName): readonly string[] {
  return Object.keys(TRANSITIONS[name].reply);
}
