import { Option, type Command } from 'commander';
import type { ProcessName } from '../commands/process.ts';
import { addCommand } from './command.ts';

interface ProcessText {
  readonly usage: ProcessName;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly more: string;
  /** Options that the process reads itself; here they serve help and completion. */
  readonly options?: readonly Option[];
  /** Whether it takes any option: it refuses unknown ones itself. Default false. */
  readonly takesAny?: boolean;
}

const FROM_ENVIRONMENT =
  'All settings come from the environment. SIGTERM and Ctrl-C end it. Exit codes: 0 ended, 2 must not start.';

const PROCESSES: readonly ProcessText[] = [
  {
    usage: 'start',
    summary: 'gateway, two workers and the dashboard on this machine, with the real Kie, until Ctrl-C',
    examples: ['KIE_API_KEY=… kieq start', 'kieq start --apply --data /var/lib/kieq'],
    more: `The command reads .env of the working directory. Without REDIS_URL it starts a private Redis, which keeps its data in
.kieq/data; where it finds none it says how to get one on this system, and starts nothing. It prints the addresses, and a
curl command that makes a first video. Processes that exit are restarted.`,
    options: [
      new Option('--apply', 'make this environment the settings of the pool where they differ'),
      new Option('--data <folder>', 'data of the private Redis (default .kieq/data)'),
    ],
  },
  {
    usage: 'demo',
    summary: 'videos of the photographs of this package, with a simulated Kie that costs nothing',
    examples: ['kieq demo', 'kieq demo --videos 4 --keep'],
    more: 'The videos go to demo-videos in the working directory. The exit code is 0 only if all came through.',
    options: [
      new Option('--keep', 'leave everything up afterwards until Ctrl-C'),
      new Option('--videos <n>', 'make at most this many (default all)'),
    ],
  },
  {
    usage: 'worker',
    summary: 'one worker of the pool: it submits to Kie, polls, archives and delivers',
    examples: ['kieq worker', 'REDIS_URL=redis://127.0.0.1:6379 KIE_API_KEY=… kieq worker'],
    more: FROM_ENVIRONMENT,
  },
  {
    usage: 'gateway',
    summary: 'the HTTP API of the pool',
    examples: ['kieq gateway', 'REDIS_URL=redis://127.0.0.1:6379 KIE_API_KEY=… kieq gateway'],
    more: FROM_ENVIRONMENT,
  },
  {
    usage: 'dashboard',
    summary: 'the overview of the pool and its Bull Board, for a browser',
    examples: ['kieq dashboard', 'REDIS_URL=redis://127.0.0.1:6379 kieq dashboard'],
    more: FROM_ENVIRONMENT,
  },
  {
    usage: 'simulator',
    summary: 'a simulated Kie, which takes any key and costs nothing',
    examples: ['kieq simulator --port 4000', 'kieq simulator --port 4000 --fail-rate 0.2 --generation-ms 5000'],
    more: `Each setting is a variable or an option: SIM_RATE_LIMIT=20/10000 is --rate-limit 20/10000. To use it, set
KIE_BASE_URL and KIE_UPLOAD_URL to its address, and KIEQ_ALLOW_PRIVATE_URLS=true.`,
    takesAny: true,
  },
];

/** Commands that are a process of a pool, or start all of them. Each loads its code when it runs. */
export function addProcessCommands(program: Command): void {
  for (const text of PROCESSES) addProcess(program, text);
}

function addProcess(program: Command, { options = [], takesAny, ...text }: ProcessText): void {
  const command = addCommand(program, { ...text, json: false });
  for (const option of options) command.addOption(option);
  if (takesAny === true) command.allowUnknownOption().allowExcessArguments();
  command.action(async () => (await import('../commands/process.ts')).runProcessOf(text.usage));
}
