/** For the simulator's command and tests in this workspace, which read options and faults from outside: not published. */
export { faultRulesSchema } from './faults.ts';
export { optionsSchema } from './options.ts';
