/**
 * Key of an item of `enqueueMany` for what the caller sent, where the gateway has put some of it into other fields of the
 * request. The hash covers it instead of the request, so a repeated call is the same generation even where a newer version
 * maps it otherwise. A symbol, so that no field of a caller's item can be mistaken for it.
 */
export const AS_SENT = Symbol.for('kieq.as-sent');
