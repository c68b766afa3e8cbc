/** A one-node ONNX model, queries x columns -> scores, encoded here byte by byte so that no binary is committed. */

/**
 * ModelProto (onnx.proto3, IR version 8, opset 13) of `scores = MatMul(queries, columns)` with
 * `queries` float32 [Q, D], `columns` float32 [D, N], `scores` float32 [Q, N]; Q, D and N are free.
 */
export function matMulModel(): Uint8Array {
  const node = message(
    text(1, 'queries'),
    text(1, 'columns'),
    text(2, 'scores'),
    text(3, 'similarity'),
    text(4, 'MatMul'),
  );
  const graph = message(
    field(1, node),
    text(2, 'similarity'),
    field(11, matrix('queries', 'Q', 'D')),
    field(11, matrix('columns', 'D', 'N')),
    field(12, matrix('scores', 'Q', 'N')),
  );
  const opset = message(text(1, ''), varint(2, 13));
  return message(varint(1, 8), text(2, 'chatreid'), field(7, graph), field(8, opset));
}

const float32 = 1;

function matrix(name: string, rows: string, columns: string): Uint8Array {
  const shape = message(field(1, text(2, rows)), field(1, text(2, columns)));
  const tensor = message(varint(1, float32), field(2, shape));
  return message(text(1, name), field(2, field(1, tensor)));
}

/** Protocol buffers: a field is its key (number << 3 | wire type), then a varint (type 0) or a length and bytes (type 2). */
function varint(number: number, value: number): Uint8Array {
  return Uint8Array.of(number << 3, value);
}

function field(number: number, body: Uint8Array): Uint8Array {
  return message(Uint8Array.of((number << 3) | 2, ...length(body.length)), body);
}

function text(number: number, value: string): Uint8Array {
  return field(number, new TextEncoder().encode(value));
}

function length(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...length(value >> 7)];
}

function message(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
