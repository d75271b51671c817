#!/usr/bin/env node
// The `prepack` of published packages: their folders hold what this workspace needs, not what other services install.
process.stderr.write(
  'This folder is not what is published. Pack it with: node scripts/publish/pack.mjs, publish it with: ' +
    'node scripts/publish/main.mjs (docs/contributing/publishing.md).\n',
);
process.exit(2);
