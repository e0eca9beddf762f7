/**
 * Every way to say no, once. The companion answers HTTP with `status` and
 * closes sockets with `close`; the page shows `text` as it stands; the Python
 * part reads the same table from `fixtures/errors.json`.
 *
 * `retry: false` means that trying again cannot help. Only those rows may use
 * close codes 4400 to 4499, because y-websocket never reconnects after them.
 */
export const errors = {
  BAD_REQUEST: {
    status: 400,
    close: 4400,
    retry: false,
    text: 'The request could not be read. The detail says which part to correct.'
  },
  BAD_UPDATE: {
    status: 400,
    close: 4422,
    retry: false,
    text: 'This page sent an edit that cannot be accepted. Nothing of the document was changed. Reload to go on; your edit is offered as a copy.'
  },
  SIGNED_OUT: {
    status: 401,
    close: 4401,
    retry: false,
    text: 'Your sign-in has ended. Sign in to the hub again, then reload this page.'
  },
  TICKET_INVALID: {
    status: 401,
    close: 4502,
    retry: true,
    text: 'The connection ticket was used before or is older than 30 seconds. A new one is fetched by itself.'
  },
  GUEST_SERVER: {
    status: 403,
    close: 4406,
    retry: false,
    text: "This page runs on somebody else's server. Open the document in your own server instead."
  },
  ORIGIN_REFUSED: {
    status: 403,
    close: 4407,
    retry: false,
    text: "This address may not talk to the companion. Open JupyterLab through the hub's own address, or ask the admin to list this one in COMMONS_ORIGINS."
  },
  ROLE_TOO_LOW: {
    status: 403,
    close: 4403,
    retry: false,
    text: 'You may look, not edit. Ask the owner for edit rights.'
  },
  SHARE_ENDED: {
    status: 403,
    close: 4405,
    retry: false,
    text: 'The owner no longer shares this document with you. What is on your screen can be saved as a copy.'
  },
  NOT_FOUND: {
    status: 404,
    close: 4404,
    retry: false,
    text: 'There is no such document, or it is not shared with you. Ask the owner for a new link.'
  },
  NO_ROUTE: {
    status: 404,
    close: 4404,
    retry: false,
    text: 'There is nothing at this address. See protocol/SPEC.md for the list of calls.'
  },
  WRONG_METHOD: {
    status: 405,
    close: 4400,
    retry: false,
    text: 'This address does not take that method. The Allow header names those it takes.'
  },
  FILE_MISSING: {
    status: 404,
    close: 4404,
    retry: false,
    text: 'The file is not where it was. Put it back, or share it again from its new place.'
  },
  FILE_UNSHAREABLE: {
    status: 422,
    close: 4400,
    retry: false,
    text: 'This file cannot be shared: it must be a readable notebook or a UTF-8 text file inside your own folder.'
  },
  FILE_CHANGED: {
    status: 409,
    close: 4400,
    retry: false,
    text: 'The file was changed outside the live document. Neither was overwritten. Choose which to keep; the other is kept beside it.'
  },
  FILE_UNWRITABLE: {
    status: 507,
    close: 4506,
    retry: true,
    text: "The file could not be written on its owner's server. Make room on the disk, or make the file and its folder writable; it is tried again by itself, and no edit is lost."
  },
  USER_UNKNOWN: {
    status: 404,
    close: 4404,
    retry: false,
    text: 'Nobody on this hub has that name. Check the spelling of the user name.'
  },
  ADMIN_ONLY: {
    status: 403,
    close: 4408,
    retry: false,
    text: 'This is for admins of the hub, or of a group that you do not manage. Ask one of them.'
  },
  POLICY_UNKNOWN: {
    status: 404,
    close: 4441,
    retry: false,
    text: 'There is no such limit now. Look at the list of policies again.'
  },
  NOTHING_THERE: {
    status: 404,
    close: 4442,
    retry: false,
    text: 'What this is about is no longer there. Look again.'
  },
  GROUP_UNKNOWN: {
    status: 404,
    close: 4404,
    retry: false,
    text: 'There is no such group on this hub, or you are not a member of it.'
  },
  EPOCH_CHANGED: {
    status: 409,
    close: 4409,
    retry: false,
    text: 'The document was rebuilt while you were away. Reload it; edits that had not been saved are offered as a copy.'
  },
  DOCUMENT_CLOSED: {
    status: 410,
    close: 4410,
    retry: false,
    text: 'The owner stopped sharing this document. What is on your screen can be saved as a copy.'
  },
  TOO_LARGE: {
    status: 413,
    close: 4413,
    retry: false,
    text: 'This is larger than the companion accepts. The detail names the limit and its setting.'
  },
  DOCUMENT_FULL: {
    status: 413,
    close: 4414,
    retry: false,
    text: 'The document has reached its size limit. Clear large outputs, then go on.'
  },
  PAGE_TOO_OLD: {
    status: 426,
    close: 4426,
    retry: false,
    text: 'The hub was updated. Reload this page to go on.'
  },
  TOO_FAST: {
    status: 429,
    close: 4529,
    retry: true,
    text: 'Too many requests in a short time. Wait a moment; it is tried again by itself.'
  },
  TOO_MANY: {
    status: 429,
    close: 4530,
    retry: true,
    text: 'Too many connections or documents are open. Close some and try again.'
  },
  SESSION_STALE: {
    status: 401,
    close: 4501,
    retry: true,
    text: 'This page has not renewed its sign-in for a while. It does so now.'
  },
  LINK_ABSENT: {
    status: 503,
    close: 4504,
    retry: true,
    text: "The owner's server is not connected. Start it (or wait a few seconds) and try again; edits are kept meanwhile."
  },
  STORE_BUSY: {
    status: 503,
    close: 4503,
    retry: true,
    text: 'Saving is not possible at the moment. Your edits are kept in this page; the admin sees why in the companion log.'
  },
  HUB_ABSENT: {
    status: 503,
    close: 4505,
    retry: true,
    text: 'The hub does not answer, so nobody new can be let in. Open documents go on.'
  },
  GIT_FAILED: {
    status: 500,
    close: 4510,
    retry: true,
    text: 'Git could not do this. The detail is what it said; nothing was changed.'
  },
  GIT_NOT_FOUND: {
    status: 404,
    close: 4440,
    retry: false,
    text: 'There is no such commit, or the file is not in that version. History may have been rewritten; look again.'
  },
  GIT_MOVED: {
    status: 409,
    close: 4511,
    retry: true,
    text: 'The repository has changed since you looked. Nothing was done. Look again, then repeat it.'
  },
  GIT_UNTRUSTED: {
    status: 403,
    close: 4512,
    retry: true,
    text: 'This would run programs that the repository names. Look at them and trust the repository first.'
  },
  GIT_AUTH: {
    status: 422,
    close: 4513,
    retry: true,
    text: 'The remote wants a user name and a password or token, or does not accept the ones given.'
  },
  GIT_REDIRECTED: {
    status: 422,
    close: 4517,
    retry: true,
    text: "The remote's address has moved to another one, and nothing typed was sent there. Change the address if you know the new one, or ask the admin."
  },
  GIT_REFUSED: {
    status: 409,
    close: 4514,
    retry: true,
    text: 'Git refuses, so that nothing is lost. The detail says what is in the way.'
  },
  GIT_BUSY: {
    status: 503,
    close: 4515,
    retry: true,
    text: 'Another git command holds this repository. Try again in a moment.'
  },
  USAGE_LOST: {
    status: 503,
    close: 4516,
    retry: true,
    text: 'This server sends no figures of its use. If it has stopped, start it again; otherwise its server extension jupyterlab_commons is not enabled.'
  },
  SLOW_READER: {
    status: 503,
    close: 4508,
    retry: true,
    text: 'This connection could not keep up and is being opened again.'
  },
  STOPPING: {
    status: 503,
    close: 1012,
    retry: true,
    text: 'The companion is starting or stopping. Your edits are kept; it is tried again by itself.'
  },
  INTERNAL: {
    status: 500,
    close: 1011,
    retry: true,
    text: 'The companion made a mistake. Nothing saved is lost; the admin sees the reason in its log.'
  }
} as const;

/** A name from the table above; the same word in HTTP bodies, on sockets and in the log. */
export type ErrorCode = keyof typeof errors;

/** The body of every HTTP answer that is not a success, and of a refusal message on a socket. */
export type ErrorBody = {
  error: {
    code: ErrorCode;
    message: string;
    /** What exactly, for this request; safe to show, at most 256 characters. */
    detail?: string;
    /** Where to go instead, a path on the same hub. */
    link?: string;
  };
};

/** The one exception that our own code throws on purpose. */
export class CommonsError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly link: string | undefined;

  constructor(code: ErrorCode, detail?: string, link?: string) {
    super(
      detail === undefined
        ? errors[code].text
        : `${errors[code].text} (${detail})`
    );
    this.name = 'CommonsError';
    this.code = code;
    this.detail = detail?.slice(0, 256);
    this.link = link;
  }

  /** The HTTP status that goes with the code. */
  get status(): number {
    return errors[this.code].status;
  }

  /** The WebSocket close code that goes with the code. */
  get close(): number {
    return errors[this.code].close;
  }

  /** Whether trying again later can help. */
  get retry(): boolean {
    return errors[this.code].retry;
  }

  toBody(): ErrorBody {
    return {
      error: {
        code: this.code,
        message: errors[this.code].text,
        ...(this.detail === undefined ? {} : { detail: this.detail }),
        ...(this.link === undefined ? {} : { link: this.link })
      }
    };
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errors, value);
}

/** The code behind a WebSocket close, or null for one that is not ours (1006, say). */
export function errorOfClose(close: number, reason = ''): ErrorCode | null {
  if (isErrorCode(reason) && errors[reason].close === close) {
    return reason;
  }
  const found = Object.entries(errors).find(([, row]) => row.close === close);
  return found ? (found[0] as ErrorCode) : null;
}
