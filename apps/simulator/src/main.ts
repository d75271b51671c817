#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { createSimulator, type Simulator, type SimulatorSettings } from '@kieq/simulator';
import { parseSettings, SETTINGS, SettingsError } from './environment.ts';

/** Exit code for wrong settings. */
const WRONG_SETTINGS = 2;

function flagOf(setting: string): string {
  return setting.replace(/^SIM_/u, '').toLowerCase().replaceAll('_', '-');
}

/** Flags win over the environment. */
function given(): Record<string, string | undefined> {
  const options = Object.fromEntries(SETTINGS.map((setting) => [flagOf(setting), { type: 'string' as const }]));
  const { values } = parsedFlags(options);
  const found = SETTINGS.map((setting): [string, string | undefined] => {
    const value = values[flagOf(setting)];
    return [setting, typeof value === 'string' ? value : process.env[setting]];
  });
  return Object.fromEntries(found);
}

function parsedFlags(options: Readonly<Record<string, { readonly type: 'string' }>>) {
  try {
    return parseArgs({ options, strict: true });
  } catch (error) {
    // An unknown flag, or one without its value; the message names it.
    throw new SettingsError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws SettingsError where the address cannot be had */
async function listen(
  simulator: Simulator,
  { host = '127.0.0.1', port = 0 }: SimulatorSettings,
): Promise<{ url: string; port: number }> {
  try {
    return await simulator.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError(
      `cannot listen on ${host}:${port}: ${reason}; choose SIM_HOST and SIM_PORT (--host, --port) so that they are free`,
    );
  }
}

async function main(): Promise<void> {
  const { settings, faults } = parseSettings(given());
  const simulator = createSimulator(settings);
  simulator.script(faults);
  const { url, port } = await listen(simulator, settings);
  const control = settings.control === true;
  // The first line: the parent process reads the address from it.
  console.log(JSON.stringify({ msg: 'listening', app: 'simulator', url, port, control }));
  const stop = (): void => {
    void simulator.stop().then(() => {
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

try {
  await main();
} catch (error) {
  const isOurs = error instanceof SettingsError;
  console.error(isOurs ? `simulator: wrong settings\n${error.message}` : error);
  process.exitCode = isOurs ? WRONG_SETTINGS : 1;
}
