/** Joins a WebSocket to a room: frames in, frames out, at a pace that one page may keep. */
import type { ErrorCode, Person, Role } from '@jupyterlab-commons/protocol';
import type { RawData, WebSocket } from 'ws';
import { Bucket } from '../rooms/rate.ts';
import type { Room } from '../rooms/room.ts';
import type { Clock, RoomConnection } from '../rooms/types.ts';
import { SocketConnection } from './connection.ts';

/** How fast one page is read. Faster pages wait; nothing of theirs is lost. */
export type SyncPace = {
  framesPerSecond: number;
  framesAtOnce: number;
  bytesPerSecond: number;
  bytesAtOnce: number;
};

export const defaultPace: SyncPace = {
  framesPerSecond: 200,
  framesAtOnce: 2_000,
  bytesPerSecond: 2 * 1024 * 1024,
  bytesAtOnce: 32 * 1024 * 1024
};

export type SyncOptions = {
  socket: WebSocket;
  room: Room;
  person: Person;
  role: Role;
  clock: Clock;
  pace?: SyncPace;
};

/** The connection as sharing sees it: its role can be changed, and it can be ended. */
export type SyncConnection = RoomConnection & {
  /** Acts at once, on the edits that are on their way too. */
  setRole(role: Role): void;
  close(code: ErrorCode, detail?: string): void;
};

/** A copy with a buffer of its own: a frame is a window on memory that others share. */
function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) {
    return new Uint8Array(Buffer.concat(data));
  }
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data);
}

/** Stops reading a socket for as long as it is ahead of its pace. */
function pacer(
  socket: WebSocket,
  clock: Clock,
  pace: SyncPace
): (bytes: number) => void {
  const frames = new Bucket(
    pace.framesPerSecond,
    pace.framesAtOnce,
    clock.now()
  );
  const bytes = new Bucket(pace.bytesPerSecond, pace.bytesAtOnce, clock.now());
  return length => {
    const now = clock.now();
    const early = Math.max(frames.take(1, now), bytes.take(length, now));
    if (early > 0 && !socket.isPaused) {
      socket.pause();
      clock.after(early, () => socket.resume());
    }
  };
}

/** Lets an open socket into a room. The connection leaves it by itself when the socket ends. */
export function attachSync(options: SyncOptions): SyncConnection {
  const { socket, room, person, role, clock, pace = defaultPace } = options;
  const connection = new SocketConnection({
    socket,
    person,
    role,
    clock,
    onBeat: () => room.beat(connection),
    onGone: () => room.leave(connection)
  });
  const keepPace = pacer(socket, clock, pace);
  socket.on('message', (data, isBinary) => {
    connection.alive();
    const frame = bytesOf(data);
    keepPace(frame.length);
    if (isBinary) {
      room.receive(connection, frame);
    } else {
      connection.close('BAD_REQUEST', 'only binary frames are read here');
    }
  });
  room.join(connection);
  return Object.assign(connection, {
    setRole: (next: Role) => room.setRole(connection, next)
  });
}
