import type { Session } from './auth/sessions.ts';
import type { You } from './overview/schemas.ts';

export function you(session: Session | null, adopter: unknown): You {
  return { user: session?.user ?? '', role: session?.role ?? 'viewer', canAdopt: adopter !== undefined };
}
