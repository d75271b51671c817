export { MODELS, modelOf, nearestModel } from './catalogue.ts';
export { checkInput, type InputWarning } from './check-input.ts';
export { clipSeconds, type ClipSeconds } from './clip-seconds.ts';
export {
  estimateAll,
  estimateOne,
  priceKinds,
  totalOf,
  type Estimates,
  type EstimatedRequest,
} from './estimate-all.ts';
export { estimate, usdOf, type Estimate, type EstimateResult } from './estimate.ts';
export { exampleInput } from './example-input.ts';
export { inputSchema, type JsonSchema } from './json-schema.ts';
export { learnedEstimate, type LearnedPrice, type LearnedPrices } from './learned-estimate.ts';
export { listPrice } from './list-price.ts';
export { creditsInText, liveDifferences, modelNames, type LiveFacts } from './live-facts.ts';
export { nearest } from './nearest.ts';
export type { ImageField, InputField, KieModel, PriceRow, SourceId } from './model.ts';
export { priceKind } from './price-kind.ts';
export { requestProblems, requestWarnings, ruleText } from './request-warnings.ts';
export { timingInput } from './timing-input.ts';
export { SOURCES, USD_PER_CREDIT } from './sources.ts';
export { applyEasy } from './easy/apply-easy.ts';
export { fillRequired, type Filled } from './easy/fill-required.ts';
export type { Easy, EasyMapped, EasyName, EasyProblem, EasyResult } from './easy/types.ts';
