import type { ILiveDocuments, ILiveEntry } from '../tokens';

/** The entry of a document that is being opened; never resolves if it is refused. */
export function whenEntry(
  live: ILiveDocuments,
  path: string
): Promise<ILiveEntry> {
  const found = live.entryOf(path);
  if (found !== null) {
    return Promise.resolve(found);
  }
  return new Promise(resolve => {
    const look = () => {
      const entry = live.entryOf(path);
      if (entry !== null) {
        live.entryAdded.disconnect(look);
        resolve(entry);
      }
    };
    live.entryAdded.connect(look);
  });
}
