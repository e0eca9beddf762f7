/** How many letters must be put in, left out, changed or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (same ? 0 : 1),
        swapped ? before[j - 2]! + 1 : Infinity
      );
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

/** The name that was most likely meant; null when none is near. */
export function nearest(typed: string, names: Iterable<string>): string | null {
  const wanted = typed.slice(0, 64).toLowerCase();
  let best: { name: string; far: number } | null = null;
  for (const name of names) {
    const far = distance(wanted, name.slice(0, 64).toLowerCase());
    if (
      far <= Math.max(1, Math.floor(name.length / 3)) &&
      far < (best?.far ?? Infinity)
    ) {
      best = { name, far };
    }
  }
  return best?.name ?? null;
}
