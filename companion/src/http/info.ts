import {
  PROTOCOL_VERSION,
  type Health,
  type Info
} from '@jupyterlab-commons/protocol';
import { VERSION, type Config } from '../config.ts';
import type { Resources } from './router.ts';
import { PROTOCOL_OLDEST } from './session.ts';

/** `ok`, or what is in the way of serving. */
export type Condition = () => Health['status'];

/** What anybody may ask: it names no user and no document. */
export function infoResources(
  config: Config,
  condition: Condition
): Pick<Resources, 'health' | 'ready' | 'info'> {
  const { messageBytes, documentBytes, bodyBytes } = config;
  const info: Info = {
    version: VERSION,
    protocol: PROTOCOL_VERSION,
    protocolOldest: PROTOCOL_OLDEST,
    capabilities: [
      'notebooks',
      'texts',
      'uploads',
      ...(config.directory ? ['directory'] : [])
    ],
    limits: { messageBytes, documentBytes, bodyBytes }
  };
  return {
    /** Alive: the process answers. A store that fails is no reason to be restarted. */
    async health() {
      return { status: 200, json: { status: 'ok' } satisfies Health };
    },
    /** Ready: new pages may be sent here. */
    async ready() {
      const status = condition();
      return {
        status: status === 'ok' ? 200 : 503,
        json: { status } satisfies Health
      };
    },
    async info() {
      return { status: 200, json: info };
    }
  };
}
