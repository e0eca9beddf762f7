import { lineEndOf, withLineEnd, type LineEnd } from '../rooms/line-ends.ts';
import type { LinkCall, LinkResult } from '../live/link.ts';
import type { FileContent } from '../sharing/live-rooms.ts';
import type { KeptFileOptions } from './kept-file-options.ts';
import { hashOf, refusalOf } from './plain.ts';
import type { Standing } from './standing.ts';

export type FileWriterOptions = {
  file: Pick<KeptFileOptions, 'content' | 'document' | 'remember'>;
  standing: Standing;
  ask: (call: LinkCall) => Promise<LinkResult>;
  save: () => Promise<void>;
};

/** Puts a document into its file, so that it is known after a crash or a lost answer what the file may hold. */
export class FileWriter {
  readonly #options: FileWriterOptions;
  /** As the file had it when it was read last; null before that. */
  #lineEnd: LineEnd | null = null;

  constructor(options: FileWriterOptions) {
    this.#options = options;
  }

  /** The document as it is now. */
  async content(): Promise<FileContent> {
    const { file, standing } = this.#options;
    const latest = await file.content();
    standing.closed ||= latest.closed;
    standing.headSeq = Math.max(standing.headSeq, latest.seq);
    standing.headKnown = true;
    return latest;
  }

  /**
   * A write whose answer was lost, or that a crash fell into, may have been
   * done. Then the file holds what we sent, and nobody else has changed it.
   */
  async settle(): Promise<void> {
    const { standing } = this.#options;
    if (standing.sentHash === null) {
      return;
    }
    const hash = await this.#read();
    if (hash === standing.sentHash) {
      standing.hash = hash;
    }
  }

  /** What the file says was read, for whatever reason. */
  saw(text: string): void {
    this.#lineEnd = lineEndOf(text);
  }

  /** In place of the version with `baseHash`; throws what the server says. */
  async write(
    { text: latest, outline, seq }: FileContent,
    baseHash: string | null
  ): Promise<void> {
    const { file, standing, ask, save } = this.#options;
    const text = await this.#asFile(latest);
    const sent = hashOf(text);
    // First, so that whatever the file holds after a crash can be merged against.
    await file.remember(sent, outline, [standing.hash]).catch(() => {});
    standing.sentHash = sent;
    await save();
    const { hash } = await ask({ method: 'write', baseHash, content: text });
    standing.wrote(hash ?? sent, seq);
  }

  /** A text with the line ends that its file has. */
  async #asFile(text: string): Promise<string> {
    const { file } = this.#options;
    if (file.document.type === 'notebook') {
      return text;
    }
    if (this.#lineEnd === null) {
      await this.#read();
    }
    return withLineEnd(text, this.#lineEnd ?? '\n');
  }

  /** The hash of the file, as far as it can be read. */
  async #read(): Promise<string | null> {
    try {
      return (await this.#options.ask({ method: 'read' })).hash;
    } catch (error) {
      // Whatever else is wrong with the file the write itself will say.
      if (refusalOf(error).code === 'LINK_ABSENT') {
        throw error;
      }
      return null;
    }
  }
}
