import { demoCommand } from './demo-command.ts';
import { REPOSITORY } from './places.ts';

// pnpm demo
await demoCommand(REPOSITORY, process.argv.slice(2));
