import { CommonsError, type ErrorCode } from '@jupyterlab-commons/protocol';

/** For `assert.throws` and `assert.rejects`: whether it is that refusal. */
export const refusedWith = (code: ErrorCode) => (error: unknown) =>
  error instanceof CommonsError && error.code === code;
