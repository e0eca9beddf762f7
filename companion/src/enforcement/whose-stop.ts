import { CommonsError, type PlannedStop } from '@jupyterlab-commons/protocol';
import type { Actor } from './types.ts';

/** Who planned it may; that of a limit, and of anybody, an admin of the hub. */
export function mayCancel({ user, admin }: Actor, stop: PlannedStop): boolean {
  return admin || (stop.because === 'admin' && stop.by === user);
}

/** Throws ADMIN_ONLY, with whom to ask. */
export function needCancel(actor: Actor, stop: PlannedStop): void {
  if (!mayCancel(actor, stop)) {
    throw new CommonsError(
      'ADMIN_ONLY',
      stop.because === 'policy'
        ? 'a limit stops it; grant more instead, or ask an admin of the hub'
        : `${stop.by} has planned it; ask them, or an admin of the hub`
    );
  }
}
