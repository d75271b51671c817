import type { PoolSettings } from './pool-settings.ts';
import type { IntentDurability } from './word-forms.ts';

/** The settings as they are stored in Redis and shown by `kieq config`: everything is text. */
export function settingsText(settings: PoolSettings): Readonly<Record<string, string>> {
  const { intentDurability, ...plain } = settings;
  const entries = Object.entries(plain).map(([name, value]) => [name, String(value)]);
  return { ...Object.fromEntries(entries), intentDurability: durabilityText(intentDurability) };
}

function durabilityText(durability: IntentDurability): string {
  return durability.kind === 'replica' ? `replica:${durability.replicas}` : durability.kind;
}
