// For a client whose host is fixed: `node --import ./redirect.mjs` sends its calls to the gateway.
const { BASE_URL } = process.env;
const original = globalThis.fetch;
globalThis.fetch = (input, init) =>
  original(typeof input === 'string' ? input.replace('https://api.kie.ai', BASE_URL) : input, init);
