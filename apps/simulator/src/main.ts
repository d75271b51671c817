import { parseArgs } from 'node:util';
import { createSimulator } from '@kieq/simulator';
import { parseSettings, SETTINGS, SettingsError } from './environment.ts';

/** Exit code for wrong settings. */
const WRONG_SETTINGS = 2;

function flagOf(setting: string): string {
  return setting.replace(/^SIM_/u, '').toLowerCase().replaceAll('_', '-');
}

/** Flags win over the environment. */
function given(): Record<string, string | undefined> {
  const options = Object.fromEntries(SETTINGS.map((setting) => [flagOf(setting), { type: 'string' as const }]));
  const { values } = parseArgs({ options, strict: true });
  const found = SETTINGS.map((setting): [string, string | undefined] => {
    const value = values[flagOf(setting)];
    return [setting, typeof value === 'string' ? value : process.env[setting]];
  });
  return Object.fromEntries(found);
}

async function main(): Promise<void> {
  const { settings, faults } = parseSettings(given());
  const simulator = createSimulator(settings);
  simulator.script(faults);
  const { url, port } = await simulator.start();
  const control = settings.control === true;
  // The first line: whoever started this process reads the address from it.
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
