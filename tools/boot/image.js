// Python's memory with the phone imported, before the first phone is made: taken, laid back, the same bytes
// wherever it is taken. The build takes it too (tools/image.mjs), and the page's script knows its SHA-256.
const PAGE = 4096;
const OWN = "0".repeat(64); // what the image's head says of the build: the page's script knows that better
const PART = 64 * PAGE; // has a hash of its own: of larger ones Chromium's copies take twice as long as all the hashing
const FIXED = 6; // the first of Pyodide's slots for JavaScript's objects that may hold anything
const MARGIN = 2 ** 24; // a new machine has written nothing above

// What tells one start from another, told the same to all until the image is taken: the time, chance, the
// time zone, the browser's name. Hashes begin with 0, since whoever restores an image has them as they were.
const FIRST = { PYTHONHASHSEED: "0", LANG: "C.UTF-8" };
const BEFORE = `
import json, sys, webphone.__main__
from sitecustomize import ARCHIVE, INDEX, REST, Later, Shelf, late, load
read = Shelf.get_data
files = [f for f in read.__self__._get_files() if f.endswith(".css")]
texts = {f"{ARCHIVE}/{f}": read(f"{ARCHIVE}/{f}") for f in files}
Shelf.get_data = staticmethod(lambda path, read=read, texts=texts: texts[path] if path in texts else read(path))
for name in REST:
    if name not in sys.modules:
        load(late(name), name)
sys.path.remove("")
import gc
gc.collect()
waits = {name for name, module in sys.modules.items() if module is None or type(module) is Later}
json.dumps([place[2:] for name, place in INDEX.items() if name in sys.modules and name not in waits])
`;
// Chance and the time zone are this browser's again; the zone as CPython finds it when `time` is imported.
const AFTER = `
import random, time
random.seed()
def zone(year=31557600):
    begin = int(time.time()) // year * year
    winter, summer = time.localtime(begin), time.localtime(begin + year // 2)
    if winter.tm_gmtoff > summer.tm_gmtoff:
        winter, summer = summer, winter
    time.timezone, time.altzone = -winter.tm_gmtoff, -summer.tm_gmtoff
    time.daylight = int(winter.tm_gmtoff != summer.tm_gmtoff)
    time.tzname = winter.tm_zone, summer.tm_zone
zone()
`;

// What this gives, in a namespace of its own: that of the page's Python stays empty.
const apart = (python, code) => {
  const globals = python.toPy({});
  const given = python.runPython(code, { globals });
  globals.destroy();
  return given;
};

// Code that has run and runs no second time, at these places of the shelf: zeros, which no image has to hold.
const leaveOut = (python, places) => {
  const code = apart(python, "from sitecustomize import CODE; CODE");
  const view = code.getBuffer("u8");
  for (const [begin, end] of places) view.data.fill(0, begin, end);
  view.release();
  code.destroy();
};

// The machine's imports, still while `state.still` is true.
const stilled = (imports, state) => {
  const { env, wasi_snapshot_preview1: wasi } = imports;
  const zero = (at, length) => state.machine.HEAPU8.fill(0, at >>> 0, (at >>> 0) + length);
  const text = (at, said) => state.machine.HEAPU8.set(new TextEncoder().encode(`${said}\0`), at >>> 0);
  const still = (names, name, calm) => {
    const asked = names[name];
    if (!asked) throw new Error(`The machine does not import ${name}`);
    names[name] = (...given) => (state.still ? calm(asked, ...given) : asked(...given));
  };
  // The three times of a file, which its reader may keep.
  for (const [name, place] of [["stat64", 1], ["lstat64", 1], ["fstat64", 1], ["newfstatat", 2]])
    still(env, `__syscall_${name}`, (asked, ...given) => {
      const failed = asked(...given);
      zero(given[place] + 40, 48);
      return failed;
    });
  still(wasi, "clock_time_get", (_, _clock, _precision, at) => (zero(at, 8), 0));
  still(wasi, "random_get", (_, at, length) => (zero(at, length), 0));
  still(env, "emscripten_date_now", () => 0);
  still(env, "emscripten_get_now", () => 0);
  const utc = env._gmtime_js;
  still(env, "_localtime_js", (_, ...given) => void utc(...given));
  still(env, "_tzset_js", (_, zone, summer, ...names) => {
    state.zone = [zone, summer, ...names];
    zero(zone, 4);
    zero(summer, 4);
    for (const name of names) text(name, "UTC");
  });
  still(env, "_Py_emscripten_runtime", () => {
    const at = state.machine._malloc(8);
    zero(at, 8);
    text(at, "web");
    return at;
  });
  return imports;
};

// The word that says how this machine calls functions: each browser has its own way.
const calling = (machine) => (machine.__PyRuntime + machine.HEAP32[machine.__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET / 4]) / 4;

// The objects of JavaScript that Python has: each is known by a path from the page's globals, or there is no image.
export const path = (value) => {
  if (value === null) return null;
  if (value === globalThis) return [];
  const name = ["Object", "JSON", "Array"].find((each) => globalThis[each] === value);
  if (!name) throw new Error(`Python has an object of JavaScript that no image can hold: ${value?.name || value}`);
  return [name];
};
const slots = (machine) => {
  const found = [];
  for (let at = FIXED; ; at += 1) {
    let value;
    try {
      value = machine.__hiwire_get(at);
    } catch {
      break;
    }
    found.push(path(value));
  }
  return found;
};
const names = (machine) => {
  const found = [];
  for (let at = FIXED + 1; ; at += 1)
    try {
      found.push(machine.__hiwire_immortal_get(at));
    } catch {
      return found;
    }
};

const awake = (python, zone) => {
  python._module.__tzset_js(...zone);
  apart(python, AFTER);
  return python;
};

// Starts Python as ever but still, imports the phone, and takes the image: {head, pages}. The head holds the hashes of
// the pages, part by part, and that of the head is the image's. `calmed` is given what is to be made of the machine's imports.
export const taken = async (load, create, options, calmed) => {
  const state = { still: true, machine: null, zone: [] };
  calmed((imports) => stilled(imports, state));
  const python = await load({
    ...options,
    _sysExecutable: "./this.program",
    env: { ...FIRST },
    createPyodideModule: (settings) => create((state.machine = settings)),
  });
  leaveOut(python, JSON.parse(apart(python, BEFORE)));
  const machine = python._module, memory = machine.HEAPU8;
  memory.fill(0, machine._emscripten_stack_get_end(), machine.stackSave()); // what has been there is no more
  machine.HEAP32[calling(machine)] = 0;
  const { runs, pages } = filled(memory);
  const parts = [];
  for (let at = 0; at < pages.length; at += PART) parts.push(await sha256(pages.subarray(at, at + PART)));
  const told = { slots: slots(machine), names: names(machine), zone: state.zone, runs, size: memory.length, part: PART, parts };
  return { head: JSON.stringify(told), pages };
};

// The pages that hold anything, in a row, and where they stood: [first page, how many].
const filled = (memory) => {
  const words = new BigUint64Array(memory.buffer), many = PAGE / 8;
  const runs = [];
  for (let page = 0; page < memory.length / PAGE; page += 1) {
    let at = page * many;
    while (at < (page + 1) * many && words[at] === 0n) at += 1;
    const run = runs.at(-1);
    if (at === (page + 1) * many) continue;
    else if (run && run[0] + run[1] === page) run[1] += 1;
    else runs.push([page, 1]);
  }
  const pages = new Uint8Array(runs.reduce((sum, [, count]) => sum + count, 0) * PAGE);
  let end = 0;
  for (const [page, count] of runs) {
    pages.set(memory.subarray(page * PAGE, (page + count) * PAGE), end);
    end += count * PAGE;
  }
  return { runs, pages };
};

export const sha256 = async (bytes) =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((each) => each.toString(16).padStart(2, "0")).join("");

const lay = async (machine, { runs, size }, parts) => {
  if (machine.HEAPU8.length < size && !machine.growMemory(size)) throw new Error("No memory");
  const word = calling(machine), way = machine.HEAP32[word];
  const heap = machine.HEAPU8;
  // What lies on the stack below its pointer is never read, and most of it was never touched.
  const low = machine._emscripten_stack_get_end(), high = machine.stackSave();
  const wipe = (begin, end) => heap.fill(0, begin, Math.min(end, Math.max(begin, low))).fill(0, Math.max(begin, high), end);
  let empty = 0;
  for (const [page, count] of runs) {
    if (empty < MARGIN) wipe(empty, Math.min(page * PAGE, MARGIN));
    empty = (page + count) * PAGE;
  }
  let run = 0, laid = 0; // pages of that run
  for (const part of parts) {
    const bytes = await part;
    for (let from = 0; from < bytes.byteLength; ) {
      const [page, count] = runs[run];
      const more = Math.min((count - laid) * PAGE, bytes.byteLength - from);
      heap.set(new Uint8Array(bytes, from, more), (page + laid) * PAGE);
      from += more;
      laid += more / PAGE;
      if (laid === count) [run, laid] = [run + 1, 0];
    }
  }
  machine.HEAP32[word] = way;
};

// Starts Python from an image: its head, what gives the parts of its pages as they are read, then whether they are the ones.
export const restored = async (load, create, options, { head, parts, checked }) => {
  const told = new TextEncoder().encode(JSON.stringify({
    hiwireKeys: head.slots.slice(1).map((each) => each && { path: each }),
    immortalKeys: head.names,
  }));
  const begin = Math.ceil((48 + told.length) / 16) * 16;
  const header = new Uint8Array(begin);
  new Uint32Array(header.buffer).set([0x706e7300, begin, told.length, 0]); // Pyodide's mark; a build of zeros
  header.set(told, 48);
  const python = await load({
    ...options,
    BUILD_ID: OWN,
    _loadSnapshot: header,
    createPyodideModule: async (settings) => {
      const machine = await create(settings);
      await lay(machine, head, parts);
      parts = null; // Pyodide keeps its options
      const { API } = machine, known = API.getExpectedKeys;
      const first = head.slots[0]?.reduce((value, name) => value[name], globalThis) ?? null;
      API.getExpectedKeys = () => Object.assign([...known.call(API)], { [FIXED]: first });
      await checked;
      return machine;
    },
  });
  return awake(python, head.zone);
};
