/** The version of kieq that this code is, as in every package.json; a test holds it. */
export const VERSION = '0.3.0';
