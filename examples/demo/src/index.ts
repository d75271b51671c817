export { demoCommand } from './demo-command.ts';
export { publishedPlaces } from './places.ts';
export { startCommand } from './start-command.ts';
