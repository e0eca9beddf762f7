import type { NotebookPanel } from './notebook-panel.ts';

const KEY_MS = 30;

/** Somebody who goes on typing word after word at the end of a cell, whatever happens around it. */
export class Typing {
  private _isOver = false;
  private _typed = '';
  private readonly _done: Promise<void>;

  private constructor(
    panel: NotebookPanel,
    index: number,
    private readonly _word: string
  ) {
    this._done = this._run(panel, index);
  }

  /** Types `word0 word1 …`, with the word of this person, right behind what is there. */
  static start(panel: NotebookPanel, index: number, word: string): Typing {
    return new Typing(panel, index, word);
  }

  /** Ends after the word that is being typed; answers all that was typed. */
  async stop(): Promise<string> {
    this._isOver = true;
    await this._done;
    return this._typed;
  }

  private async _run(panel: NotebookPanel, index: number): Promise<void> {
    const { keyboard } = panel.page;
    await panel.editor(index).click();
    await keyboard.press('Control+End');
    for (let number = 0; !this._isOver; number++) {
      const word = `${number === 0 ? '' : ' '}${this._word}${number}`;
      await keyboard.type(word, { delay: KEY_MS });
      this._typed += word;
    }
  }
}
