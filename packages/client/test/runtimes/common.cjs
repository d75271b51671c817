// <runtime> common.cjs <url>: the same, loaded as CommonJS.
const client = require('../../dist/index.cjs');

void import('./smoke.mjs').then(async ({ smoke }) => {
  console.log(await smoke(client, process.argv[2]));
  process.exit(0);
});
