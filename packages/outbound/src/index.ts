export {
  createOutbound,
  type Outbound,
  type OutboundAnswer,
  type OutboundOptions,
  type OutboundPost,
  type OutboundSeams,
} from './outbound.ts';
export { addressProblem } from './address.ts';
export type { Lookup } from './lookup.ts';
