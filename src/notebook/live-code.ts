/**
 * All that live documents need, in one chunk. Everybody who starts JupyterLab
 * would pay for it otherwise; see `lazy.ts`.
 */
export { cursors } from './cursors';
export { LiveDrive } from './drive';
export { LiveExecutor } from './executor';
export { tieKernel } from './kernel';
export { LiveDocuments } from './live-documents';
export { liveTextOf } from './live-text';
export { redirect } from './redirect';
export { followLink, idOfSearch, withoutLive } from './route';
export { saveCopy } from './save-copy';
export { ViewerMode } from './viewer';
export { watchPanel } from './watch-panel';
