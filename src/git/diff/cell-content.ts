import type { PartialJSONObject, PartialJSONValue } from '@lumino/coreutils';

/** A cell of a version, in one shape whatever the file had. */
export type CellContent = {
  id?: string;
  cell_type: 'code' | 'markdown' | 'raw';
  source: string;
  metadata: PartialJSONObject;
  attachments: PartialJSONObject;
  outputs: PartialJSONObject[];
  execution_count: number | null;
};

export const isObject = (value: unknown): value is PartialJSONObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The format keeps a text as one string or as a list of lines. */
export function joined(value: unknown): string {
  return Array.isArray(value)
    ? value.filter(each => typeof each === 'string').join('')
    : typeof value === 'string'
      ? value
      : '';
}

/** What is no cell becomes a raw cell of nothing: history may hold anything. */
export function cellContent(value: unknown): CellContent {
  const raw = isObject(value) ? value : {};
  const { cell_type: type, id, execution_count: runs } = raw;
  const { trusted: _, ...metadata } = isObject(raw.metadata)
    ? raw.metadata
    : {};
  return {
    ...(typeof id === 'string' && id !== '' ? { id } : {}),
    cell_type: type === 'code' || type === 'markdown' ? type : 'raw',
    source: joined(raw.source),
    metadata,
    attachments: isObject(raw.attachments) ? raw.attachments : {},
    outputs:
      type === 'code' && Array.isArray(raw.outputs)
        ? raw.outputs.filter(isObject).map(plainOutput)
        : [],
    execution_count: typeof runs === 'number' ? runs : null
  };
}

/** The cells of a notebook's JSON; null where it is none. */
export function cellsOf(notebook: unknown): CellContent[] | null {
  return isObject(notebook) && Array.isArray(notebook.cells)
    ? notebook.cells.map(cellContent)
    : null;
}

/** With each text in one piece, as JupyterLab keeps it. */
function plainOutput(output: PartialJSONObject): PartialJSONObject {
  const plain = { ...output };
  if (Array.isArray(plain.text)) {
    plain.text = joined(plain.text);
  }
  if (isObject(plain.data)) {
    plain.data = Object.fromEntries(
      Object.entries(plain.data).map(([mime, data]) => [
        mime,
        inOne(mime, data)
      ])
    );
  }
  return plain;
}

function inOne(
  mime: string,
  data: PartialJSONValue | undefined
): PartialJSONValue | undefined {
  const isJson = mime === 'application/json' || mime.endsWith('+json');
  return Array.isArray(data) && !isJson ? joined(data) : data;
}
