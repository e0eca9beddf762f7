import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

/** An update without its deletions. */
export function structsOnly(update: Uint8Array): Uint8Array {
  const { structs } = Y.decodeUpdate(update);
  const clients = new Map<number, typeof structs>();
  for (const struct of structs) {
    const { client } = struct.id;
    clients.set(client, [...(clients.get(client) ?? []), struct]);
  }
  const encoder = new Y.UpdateEncoderV1();
  encoding.writeVarUint(encoder.restEncoder, clients.size);
  for (const [client, list] of clients) {
    encoding.writeVarUint(encoder.restEncoder, list.length);
    encoder.writeClient(client);
    encoding.writeVarUint(encoder.restEncoder, list[0]!.id.clock);
    list.forEach(struct => struct.write(encoder, 0));
  }
  encoding.writeVarUint(encoder.restEncoder, 0);
  return encoder.toUint8Array();
}
