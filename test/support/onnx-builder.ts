/** Writes small ONNX graphs by hand (onnx.proto field numbers), so that tests need no Python. */

export interface Dim {
  readonly name: string;
  readonly type: 'float32' | 'int64';
  /** A name stands for any size. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly ints?: Readonly<Record<string, number>>;
}

export interface OnnxConstant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export interface OnnxGraph {
  readonly inputs: readonly Dim[];
  readonly outputs: readonly Dim[];
  readonly nodes: readonly OnnxNode[];
  readonly constants?: readonly OnnxConstant[];
}

const elementTypes = { float32: 1, int64: 7 } as const;
const intAttribute = 2;

/** A serialised ModelProto, opset 17. */
export function onnxModel({ inputs, outputs, nodes, constants = [] }: OnnxGraph): Buffer {
  const graph = [
    ...nodes.map((node) => message(1, nodeProto(node))),
    text(2, 'test'),
    ...constants.map((constant) => message(5, tensorProto(constant))),
    ...inputs.map((input) => message(11, valueInfo(input))),
    ...outputs.map((output) => message(12, valueInfo(output))),
  ];
  const opset = [text(1, ''), integer(2, 17)];
  return Buffer.concat([integer(1, 8), message(7, graph), message(8, opset)]);
}

function nodeProto({ op, inputs, outputs, ints = {} }: OnnxNode): Buffer[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(ints).map(([name, value]) =>
      message(5, [text(1, name), integer(3, value), integer(20, intAttribute)]),
    ),
  ];
}

function tensorProto({ name, dims, data }: OnnxConstant): Buffer[] {
  const type = data instanceof Float32Array ? elementTypes.float32 : elementTypes.int64;
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return [...dims.map((dim) => integer(1, dim)), integer(2, type), text(8, name), bytes(9, raw)];
}

function valueInfo({ name, type, shape }: Dim): Buffer[] {
  const dims = shape.map((dim) => message(1, [typeof dim === 'number' ? integer(1, dim) : text(2, dim)]));
  return [text(1, name), message(2, [message(1, [integer(1, elementTypes[type]), message(2, dims)])])];
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts));
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(value.length), value]);
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Buffer.from([...out, rest]);
}
