#!/usr/bin/env node
// node scripts/check-redis.mjs [--dot-env]: exit code 0 where `pnpm demo`, `pnpm start` and `pnpm dev` have a Redis or can
// start one, else 1 with how to get one on this system. They run it before they build anything; it needs no package. With
// --dot-env the REDIS_URL may be in `.env` of the working directory, which `pnpm start` reads. With --only-tell, before an
// installation, which needs no Redis by itself, the exit code is 0.
import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { fileURLToPath } from 'node:url';
import { adviceForThisMachine, canStartRedis } from '../packages/local-redis/src/machine.js';

const isOnlyTold = process.argv.includes('--only-tell');
if ((isOnlyTold || process.argv.includes('--dot-env')) && existsSync('.env')) loadEnvFile();
const { REDIS_URL: url = '', REDIS_URL_FILE: file = '' } = process.env;
if (url === '' && file === '' && !canStartRedis(fileURLToPath(new URL('../.kieq', import.meta.url)))) {
  const advice = adviceForThisMachine().map((line) => `  ${line}\n`);
  const what = isOnlyTold ? 'The installation goes on; demo, start and the tests need one.' : 'Nothing was built.';
  process.stderr.write(`kieq needs a Redis, and there is none on this machine. ${what}\n${advice.join('')}`);
  process.exitCode = isOnlyTold ? 0 : 1;
}
