/** The code of live documents, fetched when the first one is asked for. */
export type LiveCode = typeof import('./live-code');

let code: LiveCode | null = null;

/** Null until somebody has called `loadLiveCode`; no live document is open then. */
export function liveCode(): LiveCode | null {
  return code;
}

export async function loadLiveCode(): Promise<LiveCode> {
  code ??= await import('./live-code');
  return code;
}
