/** The place in the answer of each number that is in a longest rising sequence; step 5 of `cells.ts`. */
export function longestRising(values: readonly number[]): Set<number> {
  const tails: number[] = [];
  const inFront: number[] = [];
  for (const [place, value] of values.entries()) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[tails[middle]!]! < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    inFront.push(low === 0 ? -1 : tails[low - 1]!);
    tails[low] = place;
  }
  const rising = new Set<number>();
  for (let place = tails.at(-1) ?? -1; place >= 0; place = inFront[place]!) {
    rising.add(place);
  }
  return rising;
}
