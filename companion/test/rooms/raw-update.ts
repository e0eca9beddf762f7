/** Updates written byte by byte, as no Yjs would write them. */
import * as encoding from 'lib0/encoding';

export type RawId = [client: number, clock: number];

export type RawStruct =
  | { kind: 'gc'; length: number }
  | { kind: 'skip'; length: number }
  | {
      kind: 'item';
      origin?: RawId;
      rightOrigin?: RawId;
      /** A top-level name, or the id of an item. */
      parent?: string | RawId;
      key?: string;
      content:
        | { deleted: number }
        | { text: string }
        | { any: unknown[] }
        | { type: number }
        | { raw: [ref: number, bytes: number[]] };
    };

export type RawSection = {
  client: number;
  clock: number;
  structs: RawStruct[];
};

function writeId(encoder: encoding.Encoder, [client, clock]: RawId): void {
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
}

type Item = Extract<RawStruct, { kind: 'item' }>;

function writeContent(
  encoder: encoding.Encoder,
  content: Item['content']
): void {
  if ('deleted' in content) {
    encoding.writeVarUint(encoder, content.deleted);
  } else if ('text' in content) {
    encoding.writeVarString(encoder, content.text);
  } else if ('any' in content) {
    encoding.writeVarUint(encoder, content.any.length);
    content.any.forEach(value => encoding.writeAny(encoder, value as never));
  } else if ('type' in content) {
    encoding.writeVarUint(encoder, content.type);
  } else {
    content.raw[1].forEach(byte => encoding.writeUint8(encoder, byte));
  }
}

function refOf(content: Item['content']): number {
  return 'deleted' in content
    ? 1
    : 'text' in content
      ? 4
      : 'type' in content
        ? 7
        : 'any' in content
          ? 8
          : content.raw[0];
}

function writeStruct(encoder: encoding.Encoder, struct: RawStruct): void {
  if (struct.kind !== 'item') {
    encoding.writeUint8(encoder, struct.kind === 'gc' ? 0 : 10);
    encoding.writeVarUint(encoder, struct.length);
    return;
  }
  const { origin, rightOrigin, parent, key, content } = struct;
  encoding.writeUint8(
    encoder,
    refOf(content) |
      (origin ? 128 : 0) |
      (rightOrigin ? 64 : 0) |
      (key === undefined ? 0 : 32)
  );
  if (origin) {
    writeId(encoder, origin);
  }
  if (rightOrigin) {
    writeId(encoder, rightOrigin);
  }
  if (!origin && !rightOrigin) {
    if (Array.isArray(parent)) {
      encoding.writeVarUint(encoder, 0);
      writeId(encoder, parent);
    } else {
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarString(encoder, parent ?? 'cells');
    }
    if (key !== undefined) {
      encoding.writeVarString(encoder, key);
    }
  }
  writeContent(encoder, content);
}

export function rawUpdate(
  sections: RawSection[],
  deletions: [client: number, clock: number, length: number][] = []
): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, sections.length);
  for (const { client, clock, structs } of sections) {
    encoding.writeVarUint(encoder, structs.length);
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    structs.forEach(struct => writeStruct(encoder, struct));
  }
  encoding.writeVarUint(encoder, deletions.length);
  for (const [client, clock, length] of deletions) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarUint(encoder, length);
  }
  return encoding.toUint8Array(encoder);
}
