/** Reads CSV as RFC 4180 has it: rows of cells. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n|$)/gy;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) {
      throw new Error(
        `no CSV: ${text.slice(cell.lastIndex, cell.lastIndex + 80)}`
      );
    }
    rows.at(-1)!.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === '\r\n') {
      rows.push([]);
    }
  }
  return rows.filter(row => row.length > 0);
}

/** Rows as objects, by the names of the first row. */
export function readTable(text: string): Record<string, string>[] {
  const [head, ...rows] = readCsv(text);
  return rows.map(row => {
    if (row.length !== head!.length) {
      throw new Error(`${row.length} cells instead of ${head!.length}`);
    }
    return Object.fromEntries(head!.map((name, index) => [name, row[index]!]));
  });
}
