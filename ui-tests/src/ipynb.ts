/** A cell, as a test writes it down. */
export type NewCell = {
  id: string;
  source: string;
  type?: 'code' | 'markdown';
  outputs?: object[];
};

/** The text of a notebook's file. */
export function ipynb(cells: readonly NewCell[]): string {
  const all = cells.map(({ id, source, type = 'code', outputs = [] }) => ({
    id,
    cell_type: type,
    metadata: {},
    source,
    ...(type === 'code' ? { outputs, execution_count: 1 } : {})
  }));
  // Without a kernel JupyterLab would ask for one in front of everything.
  const kernelspec = {
    name: 'python3',
    display_name: 'Python 3',
    language: 'python'
  };
  const metadata = { kernelspec, language_info: { name: 'python' } };
  const whole = { cells: all, metadata, nbformat: 4, nbformat_minor: 5 };
  return `${JSON.stringify(whole, null, 1)}\n`;
}

/** An output that shows a picture; it is given in base64. */
export const imageOutput = (png: string): object => ({
  output_type: 'display_data',
  metadata: {},
  data: { 'image/png': png, 'text/plain': '<Figure>' }
});
