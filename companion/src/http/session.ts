import {
  CommonsError,
  PROTOCOL_VERSION,
  sessionRequest,
  type Session
} from '@jupyterlab-commons/protocol';
import type { Callers } from '../hub/callers.ts';
import { RENEW_AFTER_SECONDS } from '../hub/sessions.ts';
import type { Resources } from './router.ts';

/** The oldest protocol that is served: this one and the one before it. */
export const PROTOCOL_OLDEST = Math.max(1, PROTOCOL_VERSION - 1);

export function sessionResource(callers: Callers): Pick<Resources, 'session'> {
  return {
    async session({ token, body }) {
      const request = await body(sessionRequest);
      if (
        request.protocol !== undefined &&
        request.protocol < PROTOCOL_OLDEST
      ) {
        throw new CommonsError('PAGE_TOO_OLD');
      }
      const { session, claims } = await callers.signIn(token, request.session);
      const { user, displayName, groups, admin, server, expiresAt } = claims;
      const json: Session = {
        session,
        user,
        displayName,
        groups,
        admin,
        server,
        expiresAt: new Date(expiresAt).toISOString(),
        renewAfterSeconds: RENEW_AFTER_SECONDS
      };
      return { status: 200, json };
    }
  };
}
