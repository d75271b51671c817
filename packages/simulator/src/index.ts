export type { Clock } from './clock.ts';
export type { Control, Summary, TaskFilter } from './control.ts';
export type { Distribution, Range } from './distribution.ts';
export type { SimulatorEvents, WaitOptions } from './events.ts';
export type {
  CallbackFault,
  CreateFault,
  FaultRule,
  FaultSite,
  QueryFault,
  TaskFault,
  TransportFault,
} from './faults.ts';
export { faultRuleSchema } from './faults.ts';
export type { HoldFilter } from './holds.ts';
export type { Counts, LedgerView } from './ledger.ts';
export type { Failure, SimulatorConfiguration, SimulatorOptions } from './options.ts';
export { optionsSchema } from './options.ts';
export { priceOf } from './prices.ts';
export type { CallbackAttempt, Charge, ChargeState, Decision, Delivery, Query, Submission, Task } from './records.ts';
export { mulberry32, type Random } from './random.ts';
export { KLING_MODEL } from './request.ts';
export { signCallback } from './signature.ts';
export { createSimulator, type Simulator, type SimulatorSettings } from './simulator.ts';
export { maxInAnyWindow } from './window.ts';
