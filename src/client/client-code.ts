/**
 * What talks to the companion, with the protocol's decoders, in one chunk that
 * is fetched after JupyterLab has come up; see `shells.ts`.
 */
export { Companion } from './companion';
export { Documents } from './documents';
