import type { ErrorCode } from '@jupyterlab-commons/protocol';

/** A call that cannot be carried out, now or later; others in its group can. */
export class Refused extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, detail?: string) {
    super(detail ?? code);
    this.name = 'Refused';
    this.code = code;
    this.detail = detail;
  }
}
