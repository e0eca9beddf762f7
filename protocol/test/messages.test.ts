import {
  CommonsError,
  decodeOwnMessage,
  encodeOwnMessage,
  errorOfClose,
  errors,
  messageType,
  type ErrorCode,
  type OwnMessage
} from '@jupyterlab-commons/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

function read(frame: Uint8Array): OwnMessage | null {
  const decoder = decoding.createDecoder(frame);
  return decodeOwnMessage(decoding.readVarUint(decoder), decoder);
}

describe('frames of our own', () => {
  const messages: OwnMessage[] = [
    { type: 'saved', frames: 300 },
    { type: 'role', role: 'view' },
    { type: 'epoch', epoch: 'e1' },
    { type: 'refusal', code: 'BAD_UPDATE', detail: null, final: true },
    {
      type: 'status',
      writable: false,
      reason: 'STORE_BUSY',
      fileState: 'behind',
      fileDetail: null,
      behind: 2
    },
    {
      type: 'merged',
      id: 'm1',
      at: '2026-01-01T00:00:00.000Z',
      kind: 'undo',
      by: { user: 'bob', displayName: 'Bob' },
      changed: 1,
      added: 2,
      deleted: 3,
      moved: 4,
      conflicts: 5,
      names: ['a = 1'],
      keptAs: null,
      undoable: true
    }
  ];

  it.each(messages.map(message => [message.type, message] as const))(
    'reads %s as it was written',
    (_, message) => {
      expect(read(encodeOwnMessage(message))).toEqual(message);
    }
  );

  it('passes over a type that a newer companion has added', () => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 120);
    encoding.writeVarString(encoder, '{}');
    expect(read(encoding.toUint8Array(encoder))).toBeNull();
  });

  it('takes a refusal with a code it does not know for a mistake of the companion', () => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageType.refusal);
    encoding.writeVarString(
      encoder,
      JSON.stringify({ code: 'NEW_ONE', detail: null, final: false })
    );
    expect(read(encoding.toUint8Array(encoder))).toMatchObject({
      code: 'INTERNAL'
    });
  });

  it('refuses a body of another shape', () => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageType.role);
    encoding.writeVarString(encoder, JSON.stringify({ role: 'king' }));
    expect(() => read(encoding.toUint8Array(encoder))).toThrow(CommonsError);
  });
});

describe('the table of errors', () => {
  const codes = Object.keys(errors) as ErrorCode[];

  it('uses close codes that y-websocket takes for final only where retrying is useless', () => {
    for (const code of codes) {
      const { close, retry } = errors[code];
      expect([code, close >= 4400 && close < 4500]).toEqual([code, !retry]);
    }
  });

  it('finds the code behind a close, by its reason where two share a number', () => {
    for (const code of codes) {
      expect(errorOfClose(errors[code].close, code)).toBe(code);
    }
    expect(errorOfClose(4401)).toBe('SIGNED_OUT');
    expect(errorOfClose(4401, 'NOT_FOUND')).toBe('SIGNED_OUT');
    expect(errorOfClose(1006)).toBeNull();
  });

  it('keeps what another wrote into the detail short', () => {
    expect(
      new CommonsError('BAD_REQUEST', 'x'.repeat(900)).detail
    ).toHaveLength(256);
  });
});
