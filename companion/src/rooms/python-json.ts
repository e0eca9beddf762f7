/**
 * JSON as Python's `json.dumps(indent=1, sort_keys=True, ensure_ascii=False)`
 * writes it, because that is how Jupyter writes notebooks: an unchanged
 * notebook must come out byte for byte as it went in.
 */

/** Python sorts by code point, JavaScript by UTF-16 unit; they differ above U+FFFF. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    if (a.charCodeAt(index) !== b.charCodeAt(index)) {
      return (a.codePointAt(index) ?? 0) - (b.codePointAt(index) ?? 0);
    }
  }
  return a.length - b.length;
}

/** The shortest digits are the same in both; Python turns to exponents earlier. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) {
    return 'null';
  }
  const plain = JSON.stringify(value);
  if (Number.isInteger(value)) {
    return plain;
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 16) {
    return plain;
  }
  const width = String(Math.abs(power)).padStart(2, '0');
  return `${digits}e${power < 0 ? '-' : '+'}${width}`;
}

function write(value: unknown, indent: string, out: string[]): void {
  if (typeof value === 'string') {
    out.push(JSON.stringify(value));
  } else if (typeof value === 'number') {
    out.push(numberText(value));
  } else if (typeof value === 'boolean') {
    out.push(String(value));
  } else if (Array.isArray(value)) {
    writeAll(value, ['[', ']'], indent, out, (inner, deeper) =>
      write(inner, deeper, out)
    );
  } else if (typeof value === 'object' && value !== null) {
    const object = value as Record<string, unknown>;
    const keys = Object.keys(object)
      .filter(key => object[key] !== undefined)
      .sort(byCodePoint);
    writeAll(keys, ['{', '}'], indent, out, (key, deeper) => {
      out.push(JSON.stringify(key), ': ');
      write(object[key], deeper, out);
    });
  } else {
    out.push('null');
  }
}

function writeAll<T>(
  items: readonly T[],
  [open, close]: [string, string],
  indent: string,
  out: string[],
  writeOne: (item: T, indent: string) => void
): void {
  if (items.length === 0) {
    out.push(open, close);
    return;
  }
  const deeper = `${indent} `;
  out.push(open);
  for (const [index, item] of items.entries()) {
    out.push(index === 0 ? '\n' : ',\n', deeper);
    writeOne(item, deeper);
  }
  out.push('\n', indent, close);
}

/**
 * The text of a value; what JSON cannot hold becomes null or is left out.
 * `indent` is what stands before the lines after the first.
 */
export function toPythonJson(value: unknown, indent = ''): string {
  const out: string[] = [];
  write(value, indent, out);
  return out.join('');
}
