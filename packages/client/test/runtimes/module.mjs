// <runtime> module.mjs <url>: for runtimes that have ES modules and arguments.
import process from 'node:process';
import * as client from '../../dist/index.js';
import { smoke } from './smoke.mjs';

console.log(await smoke(client, process.argv[2]));
process.exit(0);
