export { MODELS, modelOf, nearestModel } from './catalogue.ts';
export { checkInput, type InputWarning } from './check-input.ts';
export { clipSeconds, type ClipSeconds } from './clip-seconds.ts';
export { estimate, usdOf, type Estimate, type EstimateResult } from './estimate.ts';
export { exampleInput } from './example-input.ts';
export { inputSchema, type JsonSchema } from './json-schema.ts';
export { nearest } from './nearest.ts';
export type { ImageField, InputField, KieModel, PriceRow, SourceId } from './model.ts';
export { SOURCES, USD_PER_CREDIT } from './sources.ts';
