import type { UsageSample } from '@jupyterlab-commons/protocol';
import type { UsageState } from '../tokens';

/** The figures that a state has, also those from before it failed. */
export function sampleOf(state: UsageState): UsageSample | null {
  switch (state.kind) {
    case 'connecting':
      return null;
    case 'ready':
      return state.sample;
    case 'failed':
      return state.last;
  }
}
