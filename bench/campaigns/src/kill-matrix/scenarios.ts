import type { Scenario } from './scenario.ts';
import { ANSWERS } from './scenarios-answers.ts';
import { MIRROR } from './scenarios-mirror.ts';
import { PEOPLE } from './scenarios-people.ts';
import { RECOVERY } from './scenarios-recovery.ts';

export const SCENARIOS: readonly Scenario[] = [...ANSWERS, ...PEOPLE, ...RECOVERY, ...MIRROR];
