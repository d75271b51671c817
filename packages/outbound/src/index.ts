export type { OutboundAnswer } from './answer.ts';
export { BodyError } from './body.ts';
export type { OpenDownload, OutboundDownload } from './download.ts';
export {
  createOutbound,
  type Outbound,
  type OutboundGet,
  type OutboundOptions,
  type OutboundPost,
  type OutboundSeams,
} from './outbound.ts';
export { addressProblem } from './address.ts';
export type { Lookup } from './lookup.ts';
