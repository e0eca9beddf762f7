import type { Millis } from '../types.ts';

/** The time that a question is about; of storage only `to` matters. */
export type Span = { from: Millis; to: Millis };

/** Hours, credits or GiB by user. */
export type Amounts = Map<string, number>;

/** Why an answer cannot be used, in a sentence for the admin. */
export class MeterError extends Error {}

/** So many people at most; a list that is longer is a mistake. */
export const MOST_PEOPLE = 200_000;
const MOST_NAME = 255;

/** Adds to what a user has; figures that cannot be are left out. */
export function add(amounts: Amounts, user: string, amount: number): void {
  if (!Number.isFinite(amount) || amount < 0) {
    return;
  }
  if (user === '' || user.length > MOST_NAME) {
    return;
  }
  if (amounts.size >= MOST_PEOPLE && !amounts.has(user)) {
    throw new MeterError('it tells of more people than can be');
  }
  amounts.set(user, (amounts.get(user) ?? 0) + amount);
}

/** Lines without their ends; empty ones are left out. */
export function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter(line => line.trim() !== '');
}
