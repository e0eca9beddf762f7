/** Where each cell stands after a merge. */
import type { Matches } from './plan.ts';

/** A live cell, or one that comes from outside, by their numbers. */
export type Place = { live: number } | { outside: number };

/**
 * Moves of the outside version are made where the live order is still that of
 * the base; otherwise the live order stands. What is new on the other side
 * follows the cell that it followed there.
 */
export function placesOf(matches: Matches, stays: readonly boolean[]): Place[] {
  const live = [...stays.keys()].filter(number => stays[number]);
  const common = live.filter(
    number =>
      matches.baseOfLive[number]! >= 0 && matches.outsideOfLive[number]! >= 0
  );
  const movedOutside = !isRising(
    [...common]
      .sort((a, b) => matches.baseOfLive[a]! - matches.baseOfLive[b]!)
      .map(number => matches.outsideOfLive[number]!)
  );
  const movedLive = !isRising(
    common.map(number => matches.baseOfLive[number]!)
  );
  return movedOutside && !movedLive
    ? inOutsideOrder(matches, live)
    : inLiveOrder(matches, live);
}

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((each, n) => n === 0 || numbers[n - 1]! < each);
}

function isNew({ liveOfOutside, baseOfOutside }: Matches, o: number): boolean {
  return liveOfOutside[o]! < 0 && baseOfOutside[o]! < 0;
}

/** The live cells, and each new outside cell behind its neighbour. */
function inLiveOrder(matches: Matches, live: readonly number[]): Place[] {
  const { liveOfOutside } = matches;
  const here = new Set(live);
  const behind = new Map<number, Place[]>([[-1, []]]);
  let neighbour = -1;
  for (const [o, number] of liveOfOutside.entries()) {
    if (here.has(number)) {
      neighbour = number;
    } else if (isNew(matches, o)) {
      const places = behind.get(neighbour) ?? [];
      places.push({ outside: o });
      behind.set(neighbour, places);
    }
  }
  return [
    ...behind.get(-1)!,
    ...live.flatMap(number => [{ live: number }, ...(behind.get(number) ?? [])])
  ];
}

/** The outside cells, and each cell that is only live behind its neighbour. */
function inOutsideOrder(matches: Matches, live: readonly number[]): Place[] {
  const { liveOfOutside, outsideOfLive } = matches;
  const here = new Set(live);
  const behind = new Map<number, Place[]>([[-1, []]]);
  let neighbour = -1;
  for (const number of live) {
    if (outsideOfLive[number]! >= 0) {
      neighbour = number;
    } else {
      const places = behind.get(neighbour) ?? [];
      places.push({ live: number });
      behind.set(neighbour, places);
    }
  }
  const places: Place[] = [...behind.get(-1)!];
  for (const [o, number] of liveOfOutside.entries()) {
    if (here.has(number)) {
      places.push({ live: number }, ...(behind.get(number) ?? []));
    } else if (isNew(matches, o)) {
      places.push({ outside: o });
    }
  }
  return places;
}
