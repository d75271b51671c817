/** Kie does not say which field (docs/kie/facts.md#envelope-and-errors). */
export const REQUIRED = 'This field is required';
