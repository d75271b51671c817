export { MATRIX_ENV } from './fleet.ts';
export { runMatrix, type MatrixOptions, type MatrixResult } from './matrix.ts';
export { plan, type Event } from './plan.ts';
export { pointName, reach, type Place, type ReachOptions } from './reach.ts';
export type { Scenario } from './scenario.ts';
export { SCENARIOS } from './scenarios.ts';
