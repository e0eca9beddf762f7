/** What the shapes of quota are made of; not exported to others. */
import { count, text } from './decode.ts';

export const name = text(255);
/** Milliseconds since 1970, by the companion's clock. */
export const moment = count();
/** Of use or limits: never negative. */
export const amount = count(0, Number.MAX_VALUE, true);

/** Sums of what adds up over time. */
export const used = {
  serverHours: amount,
  cpuHours: amount,
  memoryGibHours: amount,
  gpuHours: amount,
  credits: amount
};
