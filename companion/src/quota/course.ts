import type { QuotaResource } from '@jupyterlab-commons/protocol';
import { perHour } from '../ledger/rates.ts';
import { shareWithin } from '../ledger/spans.ts';
import type { LedgerView } from '../ledger/types.ts';

const HOUR_MS = 3_600_000;
/** More pieces than this are put into stretches of equal length, of which there are so many. */
const MOST_PIECES = 4096;

/** Use spread evenly over `[from, to)`, or at one moment where they are equal. */
export type Piece = { from: number; to: number; amount: number };

/** What people used since `from`, by the hub's account and with corrections. */
export function piecesOf(
  ledger: LedgerView,
  users: readonly string[],
  what: { resource: QuotaResource; gpu: string | null },
  from: number
): Piece[] {
  const pieces: Piece[] = [];
  eachPiece(ledger, users, { ...what, from }, piece =>
    pieces.push({ ...piece })
  );
  return pieces;
}

/** The same, each in an object that holds the next one right after. */
export function eachPiece(
  ledger: LedgerView,
  users: readonly string[],
  what: { resource: QuotaResource; gpu: string | null; from: number },
  see: (piece: Readonly<Piece>) => void
): void {
  const { resource, gpu, from } = what;
  const piece: Piece = { from: 0, to: 0, amount: 0 };
  for (const user of users) {
    ledger.eachRun(user, from, run => {
      const rate = perHour(run.rates, resource, gpu);
      if (rate > 0 && run.seconds > 0) {
        piece.from = run.from;
        piece.to = Math.max(run.from, run.to);
        piece.amount = (run.seconds / 3600) * rate;
        see(piece);
      }
    });
    for (const each of ledger.corrections(user, from)) {
      if (each.resource === resource && (gpu === null || each.gpu === gpu)) {
        see({ from: each.at, to: each.at, amount: each.amount });
      }
    }
  }
}

/** The part of a piece that lies in `[from, to)`. */
export function within(piece: Piece, from: number, to: number): number {
  return piece.amount * shareWithin(piece.from, piece.to, from, to);
}

/** Use since `from`, as a level that changes while a window of that length moves on. */
export type Course = {
  now: number;
  windowMs: number;
  pieces: readonly Piece[];
  /** Hours of the resource that are used in each hour from now on. */
  perHour: number;
};

type Turn = { at: number; jump: number; slope: number };

/** When the level of a moving window changes its way: what was used leaves it, what will be used stays for its length. */
function turnsOf({ now, windowMs, pieces, perHour: rate }: Course): Turn[] {
  const turns: Turn[] = [];
  for (const piece of thinned(pieces, now - windowMs, now)) {
    if (Math.max(piece.from, piece.to) < now - windowMs) {
      continue;
    }
    if (piece.to <= piece.from) {
      turns.push({ at: piece.from + windowMs, jump: -piece.amount, slope: 0 });
      continue;
    }
    const slope = piece.amount / (piece.to - piece.from);
    turns.push({ at: piece.from + windowMs, jump: 0, slope: -slope });
    turns.push({ at: piece.to + windowMs, jump: 0, slope });
  }
  if (rate > 0) {
    turns.push({ at: now + windowMs, jump: 0, slope: -rate / HOUR_MS });
  }
  return turns.sort((a, b) => a.at - b.at);
}

/**
 * The first moment from now on at which the level of the moving window is below
 * `level`, or at least it; null: never.
 */
export function firstTime(
  course: Course,
  way: 'below' | 'reaches',
  level: number
): number | null {
  const { now, windowMs, pieces } = course;
  let value = pieces.reduce(
    (sum, piece) => sum + within(piece, now - windowMs, now + 1),
    0
  );
  let slope = course.perHour / HOUR_MS;
  let at = now;
  const turns = turnsOf(course);
  for (const turn of [...turns, { at: Infinity, jump: 0, slope: 0 }]) {
    if (turn.at > at) {
      const found = crossing({ value, slope, at, until: turn.at }, way, level);
      if (found !== null) {
        return found;
      }
      value += turn.at === Infinity ? 0 : slope * (turn.at - at);
      at = turn.at;
    }
    value += turn.jump;
    slope += turn.slope;
  }
  return null;
}

/** Where a straight line first is below the level, or at least it, in whole milliseconds. */
function crossing(
  line: { value: number; slope: number; at: number; until: number },
  way: 'below' | 'reaches',
  level: number
): number | null {
  const { value, slope, at, until } = line;
  if (isBelow(value, level) === (way === 'below')) {
    return Math.ceil(at);
  }
  const towards = way === 'below' ? slope < 0 : slope > 0;
  if (!towards) {
    return null;
  }
  const time = at + (edgeOf(level) - value) / slope;
  const whole = way === 'below' ? Math.floor(time) + 1 : Math.ceil(time);
  return time < until && Number.isFinite(whole) ? whole : null;
}

/** Sums of fractions are wrong in the last places; a limit counts as reached a trifle before it. */
export function isBelow(value: number, level: number): boolean {
  return Math.max(0, value) < edgeOf(level);
}

function edgeOf(level: number): number {
  return level - Math.abs(level) * 1e-9;
}

/** The same use in few pieces: very many are put together by stretches of the window. */
export function thinned(
  pieces: readonly Piece[],
  from: number,
  to: number
): readonly Piece[] {
  if (pieces.length <= MOST_PIECES || to <= from) {
    return pieces;
  }
  const step = (to - from) / MOST_PIECES;
  const sums = new Float64Array(MOST_PIECES);
  for (const piece of pieces) {
    const first = clamp(Math.floor((piece.from - from) / step));
    const last = clamp(Math.floor((piece.to - from) / step));
    for (let slot = first; slot <= last; slot++) {
      const start = from + slot * step;
      sums[slot]! += within(piece, start, start + step);
    }
  }
  return [...sums].map((amount, slot) => ({
    from: from + slot * step,
    to: from + (slot + 1) * step,
    amount
  }));
}

function clamp(slot: number): number {
  return Math.min(MOST_PIECES - 1, Math.max(0, slot));
}
