import { oneLine } from './words';

const NAME_CHARS = 40;
const END_CHARS = 14;

/**
 * A name that leaves room for what is said of it: JupyterLab cuts notifications
 * after 140 characters. The end of a file's name tells it from its neighbours.
 */
export function noticeName(name: string): string {
  const line = oneLine(name).trim();
  return line.length <= NAME_CHARS
    ? line
    : `${line.slice(0, NAME_CHARS - END_CHARS - 1)}…${line.slice(-END_CHARS)}`;
}
