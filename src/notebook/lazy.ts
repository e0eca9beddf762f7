import type * as code from './live-code';

/** The code of live documents, fetched when the first one is asked for. */
export type LiveCode = typeof code;

let loaded: LiveCode | null = null;

/** Null until somebody has called `loadLiveCode`; no live document is open then. */
export function liveCode(): LiveCode | null {
  return loaded;
}

export async function loadLiveCode(): Promise<LiveCode> {
  loaded ??= await import('./live-code');
  return loaded;
}
