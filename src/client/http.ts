import {
  CommonsError,
  isErrorCode,
  type Decoder,
  type ErrorCode
} from '@jupyterlab-commons/protocol';

const TIMEOUT_MS = 30_000;

export type Request = {
  url: string;
  method: string;
  /** Goes into `Authorization`; none for routes that ask nobody's name. */
  authorization: string | null;
  body?: unknown;
};

/**
 * One call, decoded. Rejects with a CommonsError, always. Cookies are never
 * sent: the companion reads none, and a proxy's would only widen what leaks.
 */
export async function request<T>(
  { url, method, authorization, body }: Request,
  answer: Decoder<T>,
  fetcher: typeof fetch = fetch
): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (authorization !== null) {
    headers['Authorization'] = authorization;
  }
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const response = await fetcher(url, {
      method,
      headers: { ...headers, ...contentType(body) },
      body: encodeBody(body),
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      signal: abort.signal
    });
    const text = await response.text();
    if (!response.ok) {
      throw refusalOf(response.status, text);
    }
    return decodeAnswer(text, answer);
  } catch (error) {
    if (error instanceof CommonsError) {
      throw error;
    }
    throw new CommonsError('STOPPING');
  } finally {
    clearTimeout(timer);
  }
}

/** Strings, blobs and bytes travel as they are; everything else as JSON. */
function isRaw(body: unknown): body is string | Blob | ArrayBuffer {
  return (
    typeof body === 'string' ||
    body instanceof Blob ||
    body instanceof ArrayBuffer
  );
}

function contentType(body: unknown): Record<string, string> {
  if (body === undefined) {
    return {};
  }
  return {
    'Content-Type': isRaw(body)
      ? 'application/octet-stream'
      : 'application/json'
  };
}

function encodeBody(body: unknown): BodyInit | undefined {
  if (body === undefined) {
    return undefined;
  }
  return isRaw(body) ? body : JSON.stringify(body);
}

function decodeAnswer<T>(text: string, answer: Decoder<T>): T {
  try {
    return answer(text === '' ? null : JSON.parse(text));
  } catch (error) {
    // An answer we cannot read means that the two sides speak different versions.
    throw new CommonsError(
      'PAGE_TOO_OLD',
      error instanceof CommonsError ? error.detail : undefined
    );
  }
}

/** What a proxy in between means when it answers instead of the companion. */
const byStatus: Record<number, ErrorCode> = {
  401: 'SIGNED_OUT',
  404: 'NO_ROUTE',
  413: 'TOO_LARGE',
  429: 'TOO_FAST',
  502: 'STOPPING',
  503: 'STOPPING',
  504: 'STOPPING'
};

/** What an answer that is not ok says, of the companion or of the own server. */
export function refusalOf(status: number, text: string): CommonsError {
  const body = errorBody(text);
  if (body !== null && isErrorCode(body['code'])) {
    const { detail, link } = body;
    return new CommonsError(
      body['code'],
      typeof detail === 'string' ? detail : undefined,
      typeof link === 'string' ? link : undefined
    );
  }
  return new CommonsError(byStatus[status] ?? 'INTERNAL');
}

function errorBody(text: string): Record<string, unknown> | null {
  try {
    const body: unknown = JSON.parse(text);
    const error = isObject(body) ? body['error'] : null;
    return isObject(error) ? error : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
