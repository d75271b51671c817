// Without the schema, so that the help of the command line does not load zod.

/** The model of the user's document, whose input is validated field by field. */
export const KLING_MODEL = 'kling-2.6/image-to-video';
/** Allowed values of `input.duration`, in seconds; strings, as the document says. */
export const KLING_DURATIONS = ['5', '10', '15', '20', '30', '40', '50', '60', '70', '80'] as const;
