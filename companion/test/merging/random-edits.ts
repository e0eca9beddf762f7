/** Random notebooks, what people do in them, and what programs do to their files. */
import {
  code,
  markdown,
  stream,
  type FileCell,
  type Live
} from './live-notebook.ts';
import type { Chance as Random } from '../chance.ts';

export type { Random };

/** Words that stand nowhere else, so that each can be followed. */
export class Words {
  #next = 0;
  one(): string {
    return `w${++this.#next}`;
  }
  line(random: Random): string {
    return Array.from({ length: 1 + random(3) }, () => this.one()).join(' ');
  }
  text(random: Random): string {
    return Array.from({ length: random(4) }, () => this.line(random)).join(
      '\n'
    );
  }
}

export const allWords = (text: string): string[] => text.match(/w\d+/g) ?? [];
export const wordsIn = (text: string) => new Set(allWords(text));

/** Words that stand in two places: one side may delete the one, and the other side the other. */
export function doubled(text: string): Set<string> {
  const seen = new Set<string>();
  return new Set(
    allWords(text).filter(word => seen.size === seen.add(word).size)
  );
}
export const sourceOf = ({ source }: FileCell) => [source].flat().join('');

/** One text after one edit of a word, of a line, or of all. */
export function edited(text: string, random: Random, words: Words): string {
  const lines = text.split('\n');
  const at = random(lines.length);
  const parts = lines[at]!.split(' ');
  switch (random(6)) {
    case 0:
      lines.splice(at, 0, words.line(random));
      break;
    case 1:
      lines.splice(at, 1);
      break;
    case 2:
      parts[random(parts.length)] = words.one();
      lines[at] = parts.join(' ');
      break;
    case 3:
      lines[at] += ` ${words.one()}`;
      break;
    case 4:
      return `${text}\n${words.line(random)}`;
    default:
      return random(3) ? text : words.text(random);
  }
  return lines.join('\n');
}

export function newCell(random: Random, words: Words): FileCell {
  const id = random(2) ? `n${random(1e6)}` : undefined;
  return random(4)
    ? code(words.text(random), id)
    : markdown(words.text(random), id);
}

/** What a program does to the cells of a file. */
export function changeFile(
  cells: FileCell[],
  random: Random,
  words: Words
): FileCell[] {
  const out = structuredClone(cells);
  for (let step = random(5); step > 0; step--) {
    const at = random(out.length || 1);
    const cell = out[at];
    if (cell === undefined || random(6) === 0) {
      out.splice(at, 0, newCell(random, words));
      continue;
    }
    switch (random(7)) {
      case 0:
        out.splice(at, out.length > 1 ? 1 : 0);
        break;
      case 1:
        out.splice(random(out.length), 0, ...out.splice(at, 1));
        break;
      case 2: {
        const lines = sourceOf(cell).split('\n');
        const half = random(lines.length + 1);
        const { id: _, ...rest } = cell;
        cell.source = lines.slice(0, half).join('\n');
        out.splice(at + 1, 0, {
          ...rest,
          source: lines.slice(half).join('\n')
        });
        break;
      }
      case 3:
        if (cell.cell_type === 'code') {
          cell.outputs = [stream(words.one())];
          cell.execution_count = random(9);
        }
        break;
      default:
        cell.source = edited(sourceOf(cell), random, words);
    }
  }
  if (random(4) === 0) {
    out.forEach(cell => delete cell.id);
  } else if (random(6) === 0 && out.length > 1) {
    out[0]!.id = out[1]!.id;
  }
  return out;
}

/** What people do in the meantime. */
export function changeLive(live: Live, random: Random, words: Words): void {
  const { page } = live;
  for (let step = random(4); step > 0; step--) {
    const { length } = page.cells;
    const at = random(length || 1);
    switch (length === 0 ? 0 : random(6)) {
      case 0:
        page.insertCell(words.text(random), { index: at });
        break;
      case 1:
        // A notebook keeps a cell; see D2.
        page.cells.delete(at, length > 1 ? 1 : 0);
        break;
      case 2:
        page.doc.transact(() => {
          const copy = page.cells.get(at).clone();
          page.cells.delete(at, 1);
          page.cells.insert(random(length), [copy]);
        });
        break;
      default: {
        const text = live.text(at);
        const wanted = edited(String(text), random, words);
        if (random(2)) {
          text.insert(random(2) ? text.length : 0, ` ${words.one()} `);
        } else {
          page.doc.transact(() => {
            text.delete(0, text.length);
            text.insert(0, wanted);
          });
        }
      }
    }
  }
}

/** All the texts of a notebook, sources and streams. */
export const allText = (cells: FileCell[]) =>
  cells
    .map(cell => `${sourceOf(cell)}\n${JSON.stringify(cell.outputs)}`)
    .join('\n');
