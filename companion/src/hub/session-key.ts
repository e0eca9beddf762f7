import { randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SettingError } from '../config.ts';

const KEY_BYTES = 32;

/**
 * The key that signs sessions, from `session.key` in the data folder; made on
 * the first start, so that a restart signs nobody out. Removing the file ends
 * all sessions. A file that others can read is refused, not repaired: whoever
 * read it can still sign.
 */
export async function sessionKey(dataDir: string): Promise<Buffer> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'session.key');
  try {
    const made = await open(path, 'wx', 0o600);
    try {
      const key = randomBytes(KEY_BYTES);
      await made.writeFile(key);
      await made.sync();
      return key;
    } finally {
      await made.close();
    }
  } catch (error) {
    if (!(
      error instanceof Error &&
      'code' in error &&
      error.code === 'EEXIST'
    )) {
      throw error;
    }
  }
  const key = await existingKey(path);
  if (key !== null) {
    return key;
  }
  await rm(path);
  return sessionKey(dataDir);
}

async function existingKey(path: string): Promise<Buffer | null> {
  const file = await open(path, 'r');
  try {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) {
      throw new SettingError(
        `${path} can be read by others: delete it (people sign in again) and keep the folder private.`
      );
    }
    const key = await file.readFile();
    if (key.length === 0) {
      // The first start ended before it wrote: nothing was ever signed with this.
      return null;
    }
    if (key.length !== KEY_BYTES) {
      throw new SettingError(
        `${path} is damaged: delete it, people sign in again by themselves.`
      );
    }
    return key;
  } finally {
    await file.close();
  }
}
