import { fileURLToPath } from 'node:url';
import { publishedPlaces, startCommand } from '@kieq/demo';

// kieq start
await startCommand(publishedPlaces(fileURLToPath(new URL('.', import.meta.url)), process.env), process.argv.slice(2));
