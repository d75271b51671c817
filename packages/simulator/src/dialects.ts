import type { SimulatorOptions } from './configuration.ts';

/** The options in which the document and the real service differ. */
type Dialect = Pick<
  SimulatorOptions,
  | 'recordId'
  | 'validationAs500'
  | 'states'
  | 'costTime'
  | 'paramInput'
  | 'paramNumbers'
  | 'blankFields'
  | 'newerFields'
  | 'creditsConsumed'
>;

/** `document`: docs/kie/api.md to the letter. `wire`: what docs/kie/facts.md says beyond it, or differently. */
const DIALECTS: Readonly<Record<'document' | 'wire', Dialect>> = {
  document: {
    recordId: false,
    validationAs500: false,
    states: 'waiting',
    costTime: 'milliseconds',
    paramInput: 'object',
    paramNumbers: 'kept',
    blankFields: 'null',
    newerFields: false,
    creditsConsumed: false,
  },
  wire: {
    recordId: true,
    validationAs500: 'mixed',
    states: 'progress',
    costTime: 'seconds',
    paramInput: 'string',
    paramNumbers: 'loose',
    blankFields: 'empty',
    newerFields: true,
    creditsConsumed: true,
  },
};

/** The options that a dialect sets; none for a value that is no dialect, which the schema of the options judges. */
export function dialectOf(name: unknown): Partial<Dialect> {
  return name === 'document' || name === 'wire' ? DIALECTS[name] : {};
}
