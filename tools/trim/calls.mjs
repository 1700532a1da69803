// Walks the instructions of a function's body to see which functions it calls and which numbers it names.
import { Reader } from "./wasm.mjs";

const CALL = 0x10;
const RETURN_CALL = 0x12;
const REF_FUNC = 0xd2;
const END = 0x0b;

const skip = (count) => (r) => {
  for (let i = 0; i < count; i++) r.skipNumber();
};
const memoryArgument = (r) => {
  // Bit 6 of the alignment says that the index of a memory follows.
  if (r.number() & 0x40) r.skipNumber();
  r.named.add(r.number());
};
const branchTable = (r) => skip(r.number() + 1)(r);
const tryTable = (r) => {
  r.skipNumber();
  for (let count = r.number(); count > 0; count--) skip(r.byte() < 2 ? 2 : 1)(r);
};

// Section 5.4: the immediates of each instruction; those that are absent here have none.
const IMMEDIATES = new Map([
  ...[0x02, 0x03, 0x04, 0x06].map((code) => [code, skip(1)]), // block, loop, if, try
  ...[0x07, 0x08, 0x09, 0x0c, 0x0d, 0x18].map((code) => [code, skip(1)]), // catch, throw, rethrow, br, br_if, delegate
  [0x0e, branchTable],
  [0x11, skip(2)], // call_indirect
  [0x13, skip(2)], // return_call_indirect
  [0x1c, (r) => skip(r.number())(r)], // select with types
  [0x1f, tryTable],
  ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26].map((code) => [code, skip(1)]), // locals, globals, tables
  ...Array.from({ length: 0x3e - 0x28 + 1 }, (_, i) => [0x28 + i, memoryArgument]),
  [0x3f, skip(1)], // memory.size
  [0x40, skip(1)], // memory.grow
  [0x41, (r) => r.named.add(r.signed() >>> 0)], // i32.const
  [0x42, skip(1)], // i64.const
  [0x43, (r) => (r.at += 4)], // f32.const
  [0x44, (r) => (r.at += 8)], // f64.const
  [0xd0, skip(1)], // ref.null
  [0xfc, prefixed],
  [0xfd, vector],
]);

function prefixed(r) {
  const code = r.number();
  if (code < 8) return;
  skip([8, 10, 12, 14].includes(code) ? 2 : 1)(r);
}

function vector(r) {
  const code = r.number();
  if (code <= 11 || code === 92 || code === 93) memoryArgument(r);
  else if (code === 12 || code === 13) r.at += 16; // v128.const, i8x16.shuffle
  else if (code >= 21 && code <= 34) r.at += 1; // lanes
  else if (code >= 84 && code <= 91) memoryArgument(r), (r.at += 1);
}

/**
 * What a body names: {called, the indices of functions; named, the constants and offsets, among which are
 * all addresses of data}.
 */
export function walk(body) {
  const called = new Set();
  const r = Object.assign(new Reader(body), { named: new Set() });
  r.list(() => [r.number(), r.byte()]); // locals
  while (!r.done) {
    const code = r.byte();
    if (code === CALL || code === RETURN_CALL || code === REF_FUNC) called.add(r.number());
    else IMMEDIATES.get(code)?.(r);
  }
  // A walk that loses its step ends beside the end.
  if (r.at !== r.end || body[r.end - 1] !== END) throw new Error("a body that cannot be read");
  return { called, named: r.named };
}
