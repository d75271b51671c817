import { REPOSITORY } from './places.ts';
import { startCommand } from './start-command.ts';

// pnpm start
await startCommand(REPOSITORY, process.argv.slice(2));
