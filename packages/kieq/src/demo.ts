import { fileURLToPath } from 'node:url';
import { demoCommand, publishedPlaces } from '@kieq/demo';

// kieq demo
await demoCommand(publishedPlaces(fileURLToPath(new URL('.', import.meta.url)), process.env), process.argv.slice(2));
