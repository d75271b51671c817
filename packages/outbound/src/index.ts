export { createOutbound, type Outbound, type OutboundAnswer, type OutboundOptions, type OutboundPost } from './outbound.ts';
export { addressProblem } from './address.ts';
