#!/usr/bin/env node
import { processIo } from './io.ts';
import { run } from './run.ts';

const code = await run(process.argv.slice(2), process.env, processIo());
// It is set where the output could not be written.
process.exitCode ??= code;
