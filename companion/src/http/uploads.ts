import { randomBytes } from 'node:crypto';
import { CommonsError, type CreatedUpload } from '@jupyterlab-commons/protocol';
import type { Clock } from '../rooms/types.ts';

const EXPIRE_MS = 10 * 60_000;
const MOST_PER_USER = 3;

type Upload = {
  user: string;
  bytes: number;
  /** In order, from 0 on; nothing is held for what has not arrived. */
  chunks: Buffer[];
  at: number;
};

/**
 * Content that is larger than a body. Chunks come in order and lie in memory;
 * what is announced is counted, so that nobody can promise more than there is.
 */
export class Uploads {
  readonly #open = new Map<string, Upload>();
  readonly #clock: Clock;
  readonly #chunkBytes: number;
  readonly #mostBytes: number;
  readonly #totalBytes: number;

  constructor(options: {
    clock: Clock;
    chunkBytes: number;
    mostBytes: number;
    totalBytes: number;
  }) {
    this.#clock = options.clock;
    this.#chunkBytes = options.chunkBytes;
    this.#mostBytes = options.mostBytes;
    this.#totalBytes = options.totalBytes;
  }

  create(user: string, bytes: number): CreatedUpload {
    if (bytes > this.#mostBytes) {
      throw new CommonsError(
        'TOO_LARGE',
        `${this.#mostBytes} bytes (COMMONS_DOCUMENT_BYTES)`
      );
    }
    this.#sweep();
    const all = [...this.#open.values()];
    const promised = all.reduce((sum, upload) => sum + upload.bytes, 0);
    const own = all.filter(upload => upload.user === user).length;
    if (own >= MOST_PER_USER || promised + bytes > this.#totalBytes) {
      throw new CommonsError('TOO_MANY', 'uploads that are not finished');
    }
    const upload = randomBytes(16).toString('hex');
    this.#open.set(upload, { user, bytes, chunks: [], at: this.#clock.now() });
    return {
      upload,
      chunkBytes: this.#chunkBytes,
      chunks: Math.ceil(bytes / this.#chunkBytes)
    };
  }

  /** Takes chunk `index`; one that is there already is taken again, so that a lost answer does no harm. */
  put(user: string, id: string, index: string, chunk: Buffer): void {
    const upload = this.#find(user, id);
    const place = /^\d{1,6}$/.test(index) ? Number(index) : -1;
    if (place < 0 || place > upload.chunks.length) {
      throw new CommonsError(
        'BAD_REQUEST',
        `the next chunk is ${upload.chunks.length}`
      );
    }
    const wanted = Math.min(
      this.#chunkBytes,
      upload.bytes - place * this.#chunkBytes
    );
    if (chunk.length !== wanted) {
      throw new CommonsError(
        'BAD_REQUEST',
        `chunk ${place} must have ${Math.max(0, wanted)} bytes`
      );
    }
    upload.chunks[place] = chunk;
    upload.at = this.#clock.now();
  }

  /** The whole text, and the end of the upload. */
  take(user: string, id: string): string {
    const upload = this.#find(user, id);
    const arrived = upload.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (arrived !== upload.bytes) {
      throw new CommonsError(
        'BAD_REQUEST',
        `chunk ${upload.chunks.length} of the upload is missing`
      );
    }
    this.#open.delete(id);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(
        Buffer.concat(upload.chunks)
      );
    } catch {
      throw new CommonsError('FILE_UNSHAREABLE', 'it is not UTF-8');
    }
  }

  #find(user: string, id: string): Upload {
    this.#sweep();
    const upload = this.#open.get(id);
    if (upload === undefined || upload.user !== user) {
      throw new CommonsError(
        'BAD_REQUEST',
        'there is no such upload, or it is older than ten minutes'
      );
    }
    return upload;
  }

  #sweep(): void {
    const oldest = this.#clock.now() - EXPIRE_MS;
    for (const [id, upload] of this.#open) {
      if (upload.at <= oldest) {
        this.#open.delete(id);
      }
    }
  }
}
