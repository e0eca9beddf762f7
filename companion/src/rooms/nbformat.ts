/** How Jupyter cuts texts into lists of lines in a file, and joins them again. */
import type { JsonObject } from './json.ts';
import { isObject } from './json.ts';

/** Where Python's `str.splitlines` ends a line. */
const LINE =
  /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+$/g;

const RARE_END = /[\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** The lines of a text, each with its end; none for an empty text. */
export function splitLines(text: string): string[] {
  if (RARE_END.test(text)) {
    return text.match(LINE) ?? [];
  }
  const lines: string[] = [];
  let from = 0;
  for (
    let end = text.indexOf('\n') + 1;
    end > 0;
    end = text.indexOf('\n', from) + 1
  ) {
    lines.push(text.slice(from, end));
    from = end;
  }
  if (from < text.length) {
    lines.push(text.slice(from));
  }
  return lines;
}

/** A text as it stands in a file: one string or a list of lines. */
export function joinLines(value: unknown): string | null {
  if (typeof value === 'string') {
    return value;
  }
  return isLines(value) ? value.join('') : null;
}

function isLines(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(line => typeof line === 'string');
}

function isJsonMime(mime: string): boolean {
  return (
    mime === 'application/json' ||
    (mime.startsWith('application/') && mime.endsWith('+json'))
  );
}

function isSplitMime(mime: string): boolean {
  return (
    mime.startsWith('text/') ||
    mime === 'application/javascript' ||
    mime === 'image/svg+xml'
  );
}

function mapBundle(
  value: unknown,
  change: (mime: string, data: unknown) => unknown
): unknown {
  if (!isObject(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([mime, data]) => [mime, change(mime, data)])
  );
}

function mapAttachments(
  value: unknown,
  change: (bundle: unknown) => unknown
): unknown {
  return mapBundle(value, (_name, bundle) => change(bundle));
}

function joinBundle(bundle: unknown): unknown {
  return mapBundle(bundle, (mime, data) =>
    !isJsonMime(mime) && isLines(data) ? data.join('') : data
  );
}

function splitBundle(bundle: unknown): unknown {
  return mapBundle(bundle, (mime, data) =>
    isSplitMime(mime) && typeof data === 'string' ? splitLines(data) : data
  );
}

const hasBundle: readonly unknown[] = ['execute_result', 'display_data'];

/** An output from a file, its texts in one piece. */
export function joinOutput(output: JsonObject): JsonObject {
  if (hasBundle.includes(output.output_type)) {
    return 'data' in output
      ? { ...output, data: joinBundle(output.data) }
      : output;
  }
  const text = joinLines(output.text);
  return text === null ? output : { ...output, text };
}

/** An output for a file. */
export function splitOutput(output: JsonObject): JsonObject {
  if (hasBundle.includes(output.output_type)) {
    return 'data' in output
      ? { ...output, data: splitBundle(output.data) }
      : output;
  }
  return output.output_type === 'stream' && typeof output.text === 'string'
    ? { ...output, text: splitLines(output.text) }
    : output;
}

export function joinAttachments(value: unknown): unknown {
  return mapAttachments(value, joinBundle);
}

export function splitAttachments(value: unknown): unknown {
  return mapAttachments(value, splitBundle);
}
