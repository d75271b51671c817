import type { Session } from './door/sessions.ts';
import type { You } from './overview/forms.ts';

export function you(session: Session | null, adopter: unknown): You {
  return { user: session?.user ?? '', role: session?.role ?? 'viewer', canAdopt: adopter !== undefined };
}
