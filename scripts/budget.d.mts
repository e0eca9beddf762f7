/** Bytes that the page may have; what each means stands in budget.mjs. */
export const BUDGET: {
  startRaw: number;
  startGzip: number;
  settledRaw: number;
  settledGzip: number;
  wholeRaw: number;
};

/** The files that JupyterLab waits for. */
export function startFiles(): string[];
