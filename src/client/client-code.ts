/**
 * What talks to the companion and to the own server, with the protocol's
 * decoders, in one chunk that is fetched after JupyterLab has come up; see
 * `shells.ts` and `usage-shell.ts`.
 */
export { Companion } from './companion';
export { Documents } from './documents';
export { UsageStream } from './usage-stream';
