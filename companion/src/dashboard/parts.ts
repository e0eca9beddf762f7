import { existsSync } from 'node:fs';
import type { Config } from '../config.ts';
import { displayNameOf, type HubClient } from '../hub/hub-client.ts';
import type { Sessions } from '../hub/sessions.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import { AttemptCookie } from './attempt-cookie.ts';
import { DashboardFiles } from './files.ts';
import { FrontDoor, type Visitor } from './front-door.ts';
import { HubOAuth } from './oauth.ts';

export type DashboardOptions = {
  config: Config;
  /** Signs sessions, and the cookie of a sign-in that has begun. */
  key: Buffer;
  hub: HubClient | null;
  sessions: Sessions;
  maySee(visitor: Visitor): boolean;
  clock: Clock;
  log: Log;
};

/** The built page: beside the bundle, or in the checkout when run from source. */
function builtPage(): URL | null {
  const folders = ['./dashboard/', '../../dist/dashboard/'];
  return (
    folders
      .map(folder => new URL(folder, import.meta.url))
      .find(folder => existsSync(new URL('page.js', folder))) ?? null
  );
}

/** The admin's page, or null where there is no hub to sign in at. */
export function dashboardDoor(options: DashboardOptions): FrontDoor | null {
  const { config, key, hub, sessions, maySee, clock, log } = options;
  const { prefix, hubBaseUrl, hubClientId, hubHost, oauthCallback } = config;
  if (hub === null || hubClientId === '') {
    return null;
  }
  const folder = builtPage();
  if (folder === null) {
    log.warn('the dashboard is not built, so there is none');
    return null;
  }
  return new FrontDoor({
    prefix,
    hubBaseUrl,
    oauth: new HubOAuth({
      apiUrl: config.hubApiUrl,
      apiToken: config.hubApiToken,
      clientId: hubClientId,
      hubHost,
      hubBaseUrl,
      callback: oauthCallback === '' ? `${prefix}oauth_callback` : oauthCallback
    }),
    cookie: new AttemptCookie({ key, path: prefix, clock }),
    files: new DashboardFiles(folder),
    sessions,
    async whoIs(token) {
      const user = await hub.whoami(token);
      return user === null || (user.kind ?? 'user') !== 'user'
        ? null
        : {
            user: user.name,
            displayName: displayNameOf(user),
            groups: user.groups ?? [],
            admin: user.admin === true
          };
    },
    maySee,
    clock,
    log
  });
}
