#!/usr/bin/env node
// node scripts/check-redis.mjs [--dot-env]: exit code 0 where `pnpm demo`, `pnpm start` and `pnpm dev` have a Redis or can
// start one, else 1 with how to get one on this system. They run it before they build anything; it needs no package. With
// --dot-env the REDIS_URL may be in `.env` of the working directory, which `pnpm start` reads.
import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { fileURLToPath } from 'node:url';
import { adviceForThisMachine, canStartRedis } from '../packages/local-redis/src/machine.js';

if (process.argv.includes('--dot-env') && existsSync('.env')) loadEnvFile();
const { REDIS_URL: url = '', REDIS_URL_FILE: file = '' } = process.env;
if (url === '' && file === '' && !canStartRedis(fileURLToPath(new URL('../.kieq', import.meta.url)))) {
  const advice = adviceForThisMachine().map((line) => `  ${line}\n`);
  process.stderr.write(`kieq needs a Redis, and there is none on this machine. Nothing was built.\n${advice.join('')}`);
  process.exitCode = 1;
}
