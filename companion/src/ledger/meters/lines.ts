import { add, linesOf, MeterError, type Amounts } from './types.ts';

/** One line `user amount` a person, in the unit of the resource; `#` begins a remark. */
export function amountsOfLines(text: string): Amounts {
  const amounts: Amounts = new Map();
  for (const line of linesOf(text)) {
    const words = line.trim().split(/\s+/);
    const [user = '', amount = ''] = words;
    if (user.startsWith('#')) {
      continue;
    }
    if (words.length !== 2 || !/^\d+(\.\d+)?([eE][+-]?\d+)?$/.test(amount)) {
      throw new MeterError(
        `a line must be a user and a number, as in "ada 12.5", and one is ${JSON.stringify(line.slice(0, 80))}`
      );
    }
    add(amounts, user, Number(amount));
  }
  return amounts;
}
