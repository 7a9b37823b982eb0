// Models for onnxruntime, written as the bytes that they are: an ONNX file is a ModelProto in protobuf's encoding,
// of which these few messages need little (field numbers: onnx/onnx.proto).

/** TensorProto.DataType, and what holds such numbers. */
export const TYPES = /** @type {const} */ ({ float32: 1, int64: 7, float64: 11 });

/** @typedef {keyof typeof TYPES} Type */
/** @typedef {{ name: string, type: Type, dims: readonly (number | string)[] }} Value an input or an output; a string: a size that the data says */
/** @typedef {{ name: string, dims: readonly number[], data: Float32Array | BigInt64Array | Float64Array }} Constant */
/** @typedef {{ op: string, domain?: string, inputs: readonly string[], outputs: readonly string[], ints?: Readonly<Record<string, number | readonly number[]>> }} Node ints: its attributes */
/** @typedef {{ nodes: readonly Node[], inputs: readonly Value[], outputs: readonly Value[], constants?: readonly Constant[], opset?: number }} Model */

const VARINT = 0;
const BYTES = 2;
const MICROSOFT = "com.microsoft"; // the domain of onnxruntime's own operators
const INT = 2; // AttributeProto.AttributeType
const INTS = 7;

const utf8 = new TextEncoder();

/** A message under construction: pieces, put together only once, since some hold megabytes. */
class Message {
  /** @type {Uint8Array[]} */
  #pieces = [];
  #length = 0;

  /** @param {Uint8Array} piece */
  #push(piece) {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** Seven bits a byte, the lowest first; the eighth says that more follow. @param {number} value an integer >= 0 */
  #varint(value) {
    const bytes = [];
    for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
    this.#push(Uint8Array.of(...bytes, value));
  }

  /** @param {number} field @param {number} value an integer >= 0 */
  int(field, value) {
    this.#varint(field * 8 + VARINT);
    this.#varint(value);
    return this;
  }

  /** @param {number} field @param {string | Uint8Array | Message} value */
  bytes(field, value) {
    this.#varint(field * 8 + BYTES);
    if (value instanceof Message) {
      this.#varint(value.#length);
      for (const piece of value.#pieces) this.#push(piece);
    } else {
      const bytes = typeof value === "string" ? utf8.encode(value) : value;
      this.#varint(bytes.length);
      this.#push(bytes);
    }
    return this;
  }

  /**
   * A field that is there several times.
   * @template T
   * @param {readonly T[]} values
   * @param {(message: this, value: T) => unknown} write
   */
  each(values, write) {
    for (const value of values) write(this, value);
    return this;
  }

  finish() {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}

/** @param {[string, number | readonly number[]]} attribute */
const attribute = ([name, value]) =>
  typeof value === "number"
    ? new Message().bytes(1, name).int(3, value).int(20, INT)
    : new Message()
        .bytes(1, name)
        .each(value, (m, v) => m.int(8, v))
        .int(20, INTS);

/** @param {Node} node */
const node = ({ op, domain, inputs, outputs, ints = {} }) =>
  new Message()
    .each(inputs, (m, name) => m.bytes(1, name))
    .each(outputs, (m, name) => m.bytes(2, name))
    .bytes(4, op)
    .each(Object.entries(ints), (m, pair) => m.bytes(5, attribute(pair)))
    .bytes(7, domain ?? "");

/** @param {Constant} constant */
function constant({ name, dims, data }) {
  const type = data instanceof Float32Array ? "float32" : data instanceof Float64Array ? "float64" : "int64";
  return new Message()
    .each(dims, (m, size) => m.int(1, size))
    .int(2, TYPES[type])
    .bytes(8, name)
    .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)); // little-endian, as ONNX wants it and all engines have it
}

/** @param {Value} value */
function valueInfo({ name, type, dims }) {
  const shape = new Message().each(dims, (m, size) =>
    m.bytes(1, typeof size === "number" ? new Message().int(1, size) : new Message().bytes(2, size)),
  );
  return new Message().bytes(1, name).bytes(2, new Message().bytes(1, new Message().int(1, TYPES[type]).bytes(2, shape)));
}

/**
 * The bytes of an .onnx file.
 * @param {Model} model
 * @returns {Uint8Array}
 */
export function onnxModel({ nodes, inputs, outputs, constants = [], opset = 21 }) {
  const graph = new Message()
    .each(nodes, (m, of) => m.bytes(1, node(of)))
    .bytes(2, "graph")
    .each(constants, (m, of) => m.bytes(5, constant(of)))
    .each(inputs, (m, of) => m.bytes(11, valueInfo(of)))
    .each(outputs, (m, of) => m.bytes(12, valueInfo(of)));
  return new Message()
    .int(1, 10) // the version of the format
    .bytes(7, graph)
    .bytes(8, new Message().bytes(1, "").int(2, opset))
    .bytes(8, new Message().bytes(1, MICROSOFT).int(2, 1))
    .finish();
}
