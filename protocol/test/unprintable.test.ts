import { showUnprintable } from '@jupyterlab-commons/protocol';

const dots = (text: string) => showUnprintable(text, () => '.');

describe('what cannot be shown of a text from outside', () => {
  it('is what breaks its line and what turns it around', () => {
    for (const [first, last] of [
      [0x00, 0x1f],
      [0x7f, 0x9f],
      [0x200e, 0x200f],
      [0x2028, 0x202e],
      [0x2066, 0x2069]
    ] as const) {
      const all = Array.from({ length: last - first + 1 }, (_, index) =>
        String.fromCharCode(first + index)
      ).join('');
      const before = String.fromCharCode(Math.max(0x20, first - 1));
      const after = String.fromCharCode(last + 1);
      expect(dots(before + all + after)).toBe(
        before + '.'.repeat(all.length) + after
      );
    }
  });

  it('is nothing that people write with', () => {
    const text = 'naïve 日本語 עברית می\u200cخواهم 👩\u200d🔬';
    expect(dots(text)).toBe(text);
  });

  it('is told to whoever says what stands for it', () => {
    const code = (unit: string) => `<${unit.charCodeAt(0).toString(16)}>`;
    expect(showUnprintable('a\nb\u202e', code)).toBe('a<a>b<202e>');
  });
});
