/** The version of kieq, equal to that of every package.json; a test checks it. */
export const VERSION = '0.3.0';
