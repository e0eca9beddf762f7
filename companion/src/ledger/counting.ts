/** Q2: how runs are counted. Pure: what is seen goes in, runs come out. */
import type { Seen, StoredRun } from '../storage/ledger-store.ts';
import { sameRates } from './rates.ts';
import type { Millis, Rates } from './types.ts';

/** The clock and the time that has passed may differ by so much; more means that the clock was set. */
const JUMP_SECONDS = 2;

/** What a server is, as far as it is counted. */
export type Profile = { name: string; rates: Rates };

/** A server that the hub says is there. */
export type SeenServer = {
  user: string;
  server: string;
  /** The hub's time of its start. */
  started: Millis;
  profile: Profile;
};

/** When a poll began, and how many seconds it took: what it saw began before its end. */
export type Look = Seen & { took: number };

/**
 * A run that is seen for the first time. It has run since its start, but not
 * for longer than since the last time that the hub told everything without it:
 * the hub's clock may be wrong, and who is renamed takes their servers along.
 */
export function begin(
  { user, server, started, profile }: SeenServer,
  look: Look,
  before: Seen
): StoredRun {
  const age = (look.at - started) / 1000;
  const seconds = Math.min(
    Math.max(0, age),
    Math.max(0, look.steady - before.steady)
  );
  // It may have begun while the hub was being asked.
  const ahead = Math.min(Math.max(0, -age), look.took);
  return {
    ...{ user, server, started, piece: 0 },
    ...{ profile: profile.name, rates: profile.rates },
    from: Math.round(look.at + (ahead - seconds) * 1000),
    to: Math.round(look.at + ahead * 1000),
    seconds,
    open: true,
    steady: look.steady + ahead
  };
}

/**
 * A run that is seen again: it has run all the while. The answer is the piece
 * that is open now, after those that end here.
 */
export function proceed(
  run: StoredRun,
  profile: Profile,
  look: Seen
): { ended: StoredRun[]; open: StoredRun } {
  const ended: StoredRun[] = [];
  const passed = Math.max(0, look.steady - run.steady);
  const shown = (look.at - run.to) / 1000;
  let open = run;
  if (Math.abs(shown - passed) > JUMP_SECONDS) {
    ended.push({ ...run, open: false });
    open = next(run, Math.round(look.at - passed * 1000));
  }
  const steady = Math.max(run.steady, look.steady);
  const seconds = open.seconds + passed;
  open = { ...open, to: look.at, seconds, open: true, steady };
  if (profile.name !== run.profile || !sameRates(profile.rates, run.rates)) {
    ended.push({ ...open, open: false });
    const { name, rates } = profile;
    open = { ...next(open, look.at), profile: name, rates };
  }
  return { ended, open };
}

/** The last pieces of a run that ended at that moment, after it was last seen and not after `now`. */
export function endAt(run: StoredRun, at: Millis, now: Seen): StoredRun[] {
  const ago = Math.max(0, now.at - at);
  const look = {
    at: Math.round(now.at - ago),
    steady: now.steady - ago / 1000
  };
  const profile = { name: run.profile, rates: run.rates };
  const { ended, open } =
    look.steady > run.steady
      ? proceed(run, profile, look)
      : { ended: [], open: run };
  // A poll that had begun before has nothing to add.
  const steady = Math.max(run.steady, now.steady);
  return [...ended, { ...open, open: false, steady }];
}

/** What is stored of an open run is from when it began or was cut; it was there at the last poll. */
export function restored(run: StoredRun, seen: Seen | null): StoredRun {
  if (!run.open || seen === null || seen.steady <= run.steady) {
    return run;
  }
  const seconds = run.seconds + seen.steady - run.steady;
  return { ...run, to: seen.at, seconds, steady: seen.steady };
}

/** The following piece, empty. */
function next(run: StoredRun, from: Millis): StoredRun {
  return { ...run, piece: run.piece + 1, from, to: from, seconds: 0 };
}
