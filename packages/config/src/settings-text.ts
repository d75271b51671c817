import { isSameKie } from './kie-base-url.ts';
import type { PoolSettings } from './pool-settings.ts';
import type { IntentDurability } from './word-forms.ts';

/** The settings as they are stored in Redis and shown by `kieq config`: every value is text. */
export function settingsText(settings: PoolSettings): Readonly<Record<string, string>> {
  const { intentDurability, ...plain } = settings;
  const entries = Object.entries(plain).map(([name, value]) => [name, String(value)]);
  return { ...Object.fromEntries(entries), intentDurability: durabilityText(intentDurability) };
}

/**
 * Settings in the wording in which a pool has stored them, where both mean the same: for comparing, and for storing
 * without a change for the workers that compare their own settings.
 * @param stored as the ledger returns them
 */
export function asStored(
  settings: Readonly<Record<string, string>>,
  stored: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const [ours, theirs] = [settings['baseUrl'], stored['baseUrl']];
  if (ours === undefined || theirs === undefined || !isSameKie(ours, theirs)) return settings;
  return { ...settings, baseUrl: theirs };
}

function durabilityText(durability: IntentDurability): string {
  return durability.kind === 'replica' ? `replica:${durability.replicas}` : durability.kind;
}
