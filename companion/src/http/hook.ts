import { spawnQuestion, unaskedStarts } from '@jupyterlab-commons/protocol';
import type { HookDesk } from '../enforcement/types.ts';
import type { Resources } from './router.ts';

/** Q7, Q11: asked with the hook's secret. */
export function hookResources(
  desk: HookDesk
): Pick<Resources, 'spawn' | 'spawnUnasked' | 'idle'> {
  return {
    async spawn({ body }) {
      return { status: 200, json: desk.decide(await body(spawnQuestion)) };
    },
    async spawnUnasked({ body }) {
      desk.tellUnasked(await body(unaskedStarts));
      return { status: 204 };
    },
    async idle() {
      return { status: 200, json: await desk.idle() };
    }
  };
}
