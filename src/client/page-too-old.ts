import type { CommonsError, ErrorBody } from '@jupyterlab-commons/protocol';

const code = 'PAGE_TOO_OLD';
const message = 'The hub was updated. Reload this page to go on.';

/**
 * The one refusal that must be at hand when nothing more can be loaded, and so
 * without the table of all of them. A test holds it equal to its row there.
 */
export function pageTooOld(): CommonsError {
  return Object.assign(new Error(message), {
    name: 'CommonsError',
    code,
    detail: undefined,
    link: undefined,
    status: 426,
    close: 4426,
    retry: false,
    toBody: (): ErrorBody => ({ error: { code, message } })
  } as const);
}
