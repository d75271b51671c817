import type PgBoss from 'pg-boss';

/** Checks for jobs of dead workers as often as it allows: its default of a minute does not shrink with the scale. */
export function bossOptions(connectionString: string): PgBoss.ConstructorOptions {
  return { connectionString, schedule: false, maintenanceIntervalSeconds: 1 };
}
