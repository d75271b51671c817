export type { Clock } from './clock.ts';
export type {
  CallbackOptions,
  Failure,
  Price,
  RateLimit,
  SimulatorConfiguration,
  SimulatorOptions,
  VideoOptions,
} from './configuration.ts';
export type { Control, Summary, TaskFilter } from './control.ts';
export type { Distribution, Range } from './distribution.ts';
export type { SimulatorEvents, WaitOptions } from './events.ts';
export type {
  CallbackFault,
  CreateFault,
  FaultCondition,
  FaultRule,
  FaultSite,
  QueryFault,
  TaskFault,
  TransportFault,
} from './fault-rules.ts';
export type { HoldFilter } from './holds.ts';
export type { Counts, LedgerView } from './ledger.ts';
export { SimulatorError } from './invalid.ts';
export { priceOf } from './prices.ts';
export type { CallbackAttempt, Charge, ChargeState, Decision, Delivery, Query, Submission, Task } from './records.ts';
export { mulberry32, type Random } from './random.ts';
export { type CreateRequest, KLING_MODEL } from './request.ts';
export { signCallback } from './signature.ts';
export { createSimulator, type Simulator, type SimulatorSettings } from './simulator.ts';
export { maxInAnyWindow } from './window.ts';
