// Reads a WebAssembly module into its sections and functions, and writes it back.
// Names follow the specification, version 2: https://www.w3.org/TR/wasm-core-2/#binary-format

import { walk } from "./calls.mjs";

const HEADER = 8;

/** Reads the numbers of the binary format one after the other. */
export class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    Object.assign(this, { bytes, at, end });
  }
  get done() {
    return this.at >= this.end;
  }
  byte() {
    return this.bytes[this.at++];
  }
  /** A LEB128 number of at most 32 bits, without sign. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  /** A LEB128 number of at most 32 bits, with sign. */
  signed() {
    let value = 0;
    for (let shift = 0; ; ) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) return shift < 32 && byte & 0x40 ? value | (-1 << shift) : value;
    }
  }
  skipNumber() {
    while (this.byte() >= 0x80);
  }
  slice(length) {
    return this.bytes.subarray(this.at, (this.at += length));
  }
  name() {
    return new TextDecoder().decode(this.slice(this.number()));
  }
  list(read) {
    return Array.from({ length: this.number() }, () => read(this));
  }
}

export function number(value) {
  const bytes = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value);
  return Uint8Array.from(bytes);
}

function signed(value) {
  const bytes = [];
  for (; value >= 0x40; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Uint8Array.from([...bytes, value]);
}

export function join(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const text = (string) => new TextEncoder().encode(string);
const sized = (bytes) => join(number(bytes.length), bytes);
const list = (items) => join(number(items.length), ...items);

const ID = { custom: 0, import: 2, global: 6, export: 7, start: 8, element: 9, code: 10, data: 11, dataCount: 12 };
// Fewer zeros than this in a row are written; more end a segment, since memory begins as zeros.
const ZEROS = 32;

/** The parts of a module that the cut looks at; all other sections are kept as they are. */
export class Module {
  constructor(bytes) {
    this.sections = [];
    this.known = new Map();
    const reader = new Reader(bytes, HEADER);
    this.header = bytes.subarray(0, HEADER);
    while (!reader.done) this.sections.push({ id: reader.byte(), body: reader.slice(reader.number()) });
    const imported = this.read(ID.import).list(importOf);
    this.imports = imported;
    this.importedFunctions = imported.filter(({ kind }) => kind === 0).length;
    this.exports = this.read(ID.export).list((r) => ({ name: r.name(), kind: r.byte(), index: r.number() }));
    this.bodies = this.read(ID.code).list((r) => r.slice(r.number()));
    this.segments = this.read(ID.data).list(segmentOf);
    this.constants = this.read(ID.global).list(globalOf);
    this.slots = this.read(ID.element).list(elementOf)[0];
    if (this.section(ID.start)) throw new Error("a start function: not expected");
  }
  section(id) {
    return this.sections.find((section) => section.id === id);
  }
  read(id) {
    return new Reader(this.section(id).body);
  }
  /** The indices of all functions that have a body. */
  all() {
    return this.bodies.map((_, i) => i + this.importedFunctions);
  }
  /** The slots of the table in which a function stands. */
  slotsOf(index) {
    if (!this.byFunction) {
      this.byFunction = new Map();
      for (const [slot, each] of this.slots) this.byFunction.set(each, [...(this.byFunction.get(each) ?? []), slot]);
    }
    return this.byFunction.get(index) ?? [];
  }
  /** The body of a function by its index among all, imported ones first. */
  body(index) {
    return this.bodies[index - this.importedFunctions];
  }
  /** The memory as the data segments fill it. */
  memory() {
    const end = Math.max(...this.segments.map(({ address, data }) => address + data.length));
    const memory = new Uint8Array(end);
    for (const { address, data } of this.segments) memory.set(data, address);
    return memory;
  }
  /** Writes to the memory as it will be at the start; a write must lie within what segments fill. */
  fill(address, bytes) {
    for (let i = 0; i < bytes.length; i++) {
      const at = address + i;
      const segment = this.segments.find(({ address, data }) => address <= at && at < address + data.length);
      if (segment) segment.data[at - segment.address] = bytes[i];
      else if (bytes[i]) throw new Error(`no segment fills ${at}`);
    }
  }
  /** What a function names, as walk() says; read once. */
  walked(index) {
    if (index < this.importedFunctions) return { called: new Set(), named: new Set() };
    const known = this.known.get(index) ?? walk(this.body(index));
    this.known.set(index, known);
    return known;
  }
  /** The functions that a function calls, imported ones too. */
  calls(index) {
    return this.walked(index).called;
  }
  /** The address that an exported global holds. */
  address(name) {
    const { index } = this.exports.find((item) => item.name === name && item.kind === 3);
    const imported = this.imports.filter(({ kind }) => kind === 3).length;
    return this.constants[index - imported];
  }
  /** Empties the memory between two addresses; gives what was there. */
  empty(from, to) {
    const taken = this.memory().slice(from, to);
    for (const { address, data } of this.segments)
      data.fill(0, Math.max(from - address, 0), Math.max(to - address, 0));
    return taken;
  }
  /** The data segments of the memory as it now is, without its long rows of zeros. */
  dense() {
    const memory = this.memory();
    const segments = [];
    let begin = -1;
    let end = 0; // behind the last byte that is not zero
    for (let at = 0; at < memory.length; at++) {
      if (!memory[at]) continue;
      if (begin >= 0 && at - end >= ZEROS) segments.push([begin, end]), (begin = at);
      if (begin < 0) begin = at;
      end = at + 1;
    }
    if (begin >= 0) segments.push([begin, end]);
    return segments.map(([from, to]) =>
      join(Uint8Array.of(0, I32_CONST), signed(from), Uint8Array.of(END), sized(memory.subarray(from, to))),
    );
  }
  /** The module with its exports, bodies and memory as they now are. */
  written() {
    const exports = this.exports.map(({ name, kind, index }) =>
      join(sized(text(name)), Uint8Array.of(kind), number(index)),
    );
    const segments = this.dense();
    const replaced = new Map([
      [ID.export, list(exports)],
      [ID.code, list(this.bodies.map(sized))],
      [ID.dataCount, number(segments.length)],
      [ID.data, list(segments)],
    ]);
    const parts = this.sections.map(({ id, body }) => join(Uint8Array.of(id), sized(replaced.get(id) ?? body)));
    return join(this.header, ...parts);
  }
}

function limits(r) {
  const flags = r.byte();
  r.number();
  if (flags & 1) r.number();
}

function importOf(r) {
  const [module, name, kind] = [r.name(), r.name(), r.byte()];
  if (kind === 0) r.number();
  else if (kind === 1) r.byte(), limits(r);
  else if (kind === 2) limits(r);
  else if (kind === 3) r.byte(), r.byte();
  else if (kind === 4) r.byte(), r.number();
  else throw new Error(`import ${name}: unknown kind ${kind}`);
  return { module, name, kind };
}

const I32_CONST = 0x41;
const END = 0x0b;

/** An expression that is one i32.const; gives its value. Anything else gives undefined. */
function constant(r) {
  const isConstant = r.byte() === I32_CONST;
  const value = isConstant ? r.signed() : undefined;
  if (!isConstant) r.at--, skipOtherConstant(r);
  if (r.byte() !== END) throw new Error("a constant expression of several instructions: not expected");
  return value;
}

function skipOtherConstant(r) {
  const code = r.byte();
  if (code === 0x43) r.at += 4;
  else if (code === 0x44) r.at += 8;
  else if (code === 0x42 || code === 0x23 || code === 0xd0 || code === 0xd2) r.skipNumber();
  else throw new Error(`constant expression 0x${code.toString(16)}: not expected`);
}

function globalOf(r) {
  r.at += 2;
  return constant(r);
}

function segmentOf(r) {
  if (r.number() !== 0) throw new Error("a passive data segment: not expected");
  const address = constant(r);
  return { address, data: r.slice(r.number()) };
}

/** The functions of an active segment of table 0, by slot. */
function elementOf(r) {
  if (r.number() !== 0) throw new Error("an element segment that is not active: not expected");
  const first = constant(r);
  const slots = new Map();
  r.list((each) => each.number()).forEach((index, position) => slots.set(first + position, index));
  return slots;
}
