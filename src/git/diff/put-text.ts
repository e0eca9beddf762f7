/** What has a text that parts of can be replaced: a cell, or a file. */
export type TextModel = {
  getSource(): string;
  updateSource(start: number, end: number, value?: string): void;
};

/** Only what differs is replaced, so that carets beside it stay where they are. */
export function putText(model: TextModel, after: string): void {
  const before = model.getSource();
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) {
    start++;
  }
  let end = 0;
  while (
    end < most - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end++;
  }
  if (start < before.length - end || start < after.length - end) {
    model.updateSource(
      start,
      before.length - end,
      after.slice(start, after.length - end)
    );
  }
}
