/**
 * All that live documents need, in one chunk. Everybody who starts JupyterLab
 * would pay for it otherwise; see `lazy.ts`.
 */
export { saveCopy } from './copy';
export { cursors } from './cursors';
export { LiveDrive } from './drive';
export { LiveExecutor } from './executor';
export { tieKernel } from './kernel';
export { LiveDocuments } from './live-documents';
export { liveTextOf } from './live-text';
export { Redirect } from './redirect';
export { followLink, idOfSearch, withoutLive } from './route';
export { watchTrust } from './trust';
export { ViewerMode } from './viewer';
