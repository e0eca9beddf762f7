import {
  spawnQuestion,
  unaskedStarts,
  type SpawnAnswer,
  type SpawnQuestion,
  type UnaskedStarts,
  type Decoded,
  type idleAdvice
} from '@jupyterlab-commons/protocol';
import type { Resources } from './router.ts';

/** What stands behind the calls of the hub's hook, and of a culler. */
export type HookDesk = {
  decide(question: SpawnQuestion): SpawnAnswer;
  tellUnasked(told: UnaskedStarts): void;
  idle(): Decoded<typeof idleAdvice>;
};

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
      return { status: 200, json: desk.idle() };
    }
  };
}
