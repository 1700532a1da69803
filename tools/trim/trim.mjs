// Cuts Pyodide's runtime down to what a phone, and a page's own Python, may use:
//   node tools/trim/trim.mjs <folder of pyodide> <folder to write to>
// Writes pyodide.asm.wasm and pyodide.asm.mjs, beside them what Node needs to load them, as it was, and
// later/<module>.<address>, what tools/boot/more.py lays into the memory before a page's own Python runs.
// Exit status 3: this is another version of Pyodide than the one that the cut was proved on.
//
// 1. Exports: 8,560 of them serve binary Python packages. Only those that the JavaScript names stay.
// 2. Modules: what KILLED lists leaves the table of built-in modules, so that importing it raises
//    ImportError, and its functions are no longer held by the function table.
//    What would load such a package says instead how to get a runtime that can.
// 3. OpenGL: its 270 functions get no place in the function table, which Python's start would fill.
// 4. Functions: whatever nothing can reach any more becomes one instruction, `unreachable`. No
//    function changes its number, and a mistake stops loudly instead of doing something else.
// 5. Data: data.mjs empties the tables that only such functions read.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { once } from "../once.mjs";
import { cutData } from "./data.mjs";
import { Module } from "./wasm.mjs";

const PROVED = {
  "pyodide.asm.wasm": "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
  "pyodide.asm.mjs": "f7cdc8ece80678ceb712f8e65ebe6d3a83203a180c399865f49612a051693635",
};

const UNCHANGED = ["pyodide.mjs", "pyodide-lock.json", "python_stdlib.zip", "package.json"];

// Built-in modules that go: CPython's own tests, and what needs large libraries of its own.
export const KILLED = `
_testbuffer _testcapi _testclinic _testclinic_limited _testinternalcapi _testlimitedcapi
_xxtestfuzz xxsubtype _lsprof _remote_debugging
_bz2 _ctypes _elementtree _lzma _sqlite3 _zstd pyexpat
_codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _multibytecodec
`.trim().split(/\s+/);

// The libraries behind them, each from its first exported function to the first of what follows it.
// The linker keeps the functions of one file together, in the order in which it was given the files.
const LIBRARIES = [
  ["ffi_prep_cif", "hiwire_intern"],
  ["lzma_version_number", "sqlite3_status64"],
  ["sqlite3_status64", "FSE_versionNumber"],
  ["FSE_versionNumber", "emscripten_GetProcAddress"],
  ["emscripten_GetProcAddress", "BZ2_blockSort"],
  ["BZ2_blockSort", "adler32_z"],
];

// Modules of several files begin before their first function: at the first caller of a library.
const EARLIER = [["_sqlite3", "sqlite3_"]];

const LOADS = "async loadDynlib(e){";
const CANNOT = "is compiled code, which this smaller build of Pyodide can't load. Build the phone with `make dist TRIM=no`.";
const TABLED = 'if(typeof value=="function"){entry.value=addFunction(value,value.sig)}';

// What the JavaScript says -> what ours says.
const CHANGED = [
  // Loading a compiled module is refused in plain words.
  [LOADS, `${LOADS}throw new Error(e.split("/").at(-1)+${JSON.stringify(` ${CANNOT}`)});`],
  // OpenGL's functions are left out of the table: nothing that stays asks for one.
  [TABLED, `if(symName.startsWith("emscripten_gl")){entry.value=0}else ${TABLED}`],
  // Python never runs on a second stack (JSPI). Chromium's heap profiler, which it turns on for a share
  // of its users, ends the page when it looks for the callers of such a stack.
  ['"Suspending"in WebAssembly', "false"],
  ['"Suspender"in WebAssembly', "false"],
  // Where nothing is found, or a function of JavaScript gets its place in the table, Emscripten throws and catches: 41
  // times at each start, and each takes half a millisecond where a debugger is attached.
  ["try{var node=FS.lookupNode(dir,name);return 20}", "if(dir.node_ops.lookup!==MEMFS.node_ops.lookup||Object.hasOwn(dir.contents,name))try{var node=FS.lookupNode(dir,name);return 20}"],
  ["try{setWasmTableEntry(ret,func)}", "if(func.sig){setWasmTableEntry(ret,convertJsFunctionToWasm(func,sig))}else try{setWasmTableEntry(ret,func)}"],
  // What Python would find out at each start with six modules that nothing else needs.
  ["API.package_loader.SITE_PACKAGES.__str__()", '"/lib/python3.14/site-packages"'],
  ["API.package_loader.DSO_DIR.__str__()", '"/usr/lib"'],
  [",API.package_loader.init_loaded_packages()", ""], // none: that folder is empty then
];

const INITIAL = "PyInit_";
// Functions shorter than this that call no other may have been merged with equal ones of other files.
const SHORT = 64;
const NEIGHBOURS = 8; // on each side
const UNREACHABLE = Uint8Array.of(0, 0x00, 0x0b); // no locals, unreachable, end

/** The exports that the JavaScript names: [kept, the JavaScript without the others]. */
function cutExports(exports, script, loader) {
  // One list of variables and one function that fills them, side by side.
  const function_ = script.indexOf("function assignWasmExports(");
  const begin = script.lastIndexOf("var ", function_);
  const end = script.indexOf("}", function_);
  const identifiers = new Set(`${script.slice(0, begin)} ${script.slice(end)} ${loader}`.match(/[\w$]+/g));
  const named = ({ name, kind }) => kind !== 0 && kind !== 3 ? true : identifiers.has(name) || identifiers.has(`_${name}`);
  const kept = exports.filter(named);
  const names = new Set(kept.map(({ name }) => name));

  const variables = new Set();
  const assigned = (statement, ...variable) => {
    const found = /^([\w$]+)=(?:Module\["[^"]+"\]=)?wasmExports\["([^"]+)"\](?:\.value>>>0)?$/.exec(statement);
    if (!found) return true; // wasmTable=..., memory
    if (!names.has(found[2])) variables.add(found[1]);
    return names.has(found[2]);
  };
  const [head, body] = script.slice(begin, end).split("{");
  const statements = body.split(";").filter((statement) => assigned(statement));
  const [list, signature] = head.slice("var ".length).split(";");
  const left = list.split(",").filter((name) => !variables.has(name));
  return [kept, `${script.slice(0, begin)}var ${left};${signature}{${statements.join(";")}${script.slice(end)}`];
}

/** The function indices [first, end) of each killed module and library. */
function killedRanges(module) {
  const functions = module.exports.filter(({ kind }) => kind === 0);
  const index = new Map(functions.map(({ name, index }) => [name, index]));
  const initials = functions.filter(({ name }) => name.startsWith(INITIAL)).map(({ index }) => index);
  const after = (first) => Math.min(...initials.filter((other) => other > first));
  const at = (name) => {
    if (!index.has(name)) throw new Error(`no function ${name}`);
    return index.get(name);
  };
  const earlier = ([name, prefix]) => {
    const library = new Set(functions.filter(({ name }) => name.startsWith(prefix)).map(({ index }) => index));
    const callers = module.all().filter((caller) => [...module.calls(caller)].some((called) => library.has(called)));
    return [Math.min(...callers), at(INITIAL + name)];
  };
  return [
    ...EARLIER.map(earlier),
    ...KILLED.map((name) => [at(INITIAL + name), after(at(INITIAL + name))]),
    ...LIBRARIES.map(([first, next]) => [at(first), at(next)]),
  ];
}

/** Takes the killed modules out of PyImport_Inittab; gives the slots of their first functions. */
function compactModuleTable(module, memory) {
  const view = new DataView(memory.buffer);
  const word = (address) => view.getUint32(address, true);
  const name = (address) => new TextDecoder("latin1").decode(memory.subarray(address, memory.indexOf(0, address)));
  const table = word(module.address("PyImport_Inittab"));
  const rows = [];
  let end = table;
  for (; word(end); end += 8) rows.push([word(end), word(end + 4)]);
  const killed = rows.filter(([text]) => KILLED.includes(name(text)));
  if (killed.length !== KILLED.length) throw new Error("the table of modules lacks some that should go");
  const words = rows.filter((row) => !killed.includes(row)).flat();
  words.forEach((value, i) => view.setUint32(table + 4 * i, value, true));
  memory.fill(0, table + 4 * words.length, end);
  module.fill(table, memory.subarray(table, end));
  return killed.map(([, slot]) => slot);
}

/** Every function that can be called from these. */
function reached(module, roots) {
  const seen = new Set();
  const waiting = [...roots];
  while (waiting.length) {
    const index = waiting.pop();
    if (seen.has(index)) continue;
    seen.add(index);
    waiting.push(...module.calls(index));
  }
  return seen;
}

/**
 * Whether files that stay want a function of the table. The functions of one file have slots side by
 * side. Pyodide's build merged equal functions of different files: such a function has a slot among
 * the slots of another file.
 */
function wanted(module, rangeOf, index) {
  const range = rangeOf(index);
  if (!range) return true;
  if (module.body(index).length < SHORT && module.calls(index).size === 0) return true;
  const slots = module.slotsOf(index);
  const enough = slots.length > 1 ? NEIGHBOURS * 1.5 : NEIGHBOURS / 2;
  const own = (slot) => {
    let count = 0;
    for (let near = slot - NEIGHBOURS; near <= slot + NEIGHBOURS; near++)
      if (near !== slot && rangeOf(module.slots.get(near) ?? 0) === range) count++;
    return count >= enough;
  };
  return !slots.every(own);
}

/** Tells the built-in module to which a function belongs; the last one's libraries count as its own. */
function units(exports) {
  const initials = exports.filter(({ name, kind }) => kind === 0 && name.startsWith(INITIAL));
  initials.sort((one, other) => one.index - other.index);
  return (index) => initials.findLast((initial) => initial.index <= index)?.name.slice(INITIAL.length);
}

export function trim(wasm, script, loader) {
  const module = new Module(wasm.slice());
  const ranges = killedRanges(module);
  const rangeOf = (index) => ranges.find(([first, end]) => first <= index && index < end);
  const gone = new Set(compactModuleTable(module, module.memory()));
  const unitOf = units(module.exports);
  const [kept, cutScript] = cutExports(module.exports, script, loader);
  module.exports = kept;

  const roots = kept.filter(({ kind }) => kind === 0).map(({ index }) => index);
  for (const [slot, index] of module.slots)
    if (!gone.has(slot) && wanted(module, rangeOf, index)) roots.push(index);
  const living = reached(module, roots);
  let emptied = 0;
  for (const index of module.all()) {
    if (living.has(index)) continue;
    module.bodies[index - module.importedFunctions] = UNREACHABLE;
    emptied++;
  }
  const later = cutData(module, living, unitOf);
  return { wasm: module.written(), later, script: once("pyodide.asm.mjs", cutScript, CHANGED), exports: kept.length, emptied, functions: module.bodies.length };
}

function main([source, target]) {
  const files = Object.fromEntries(Object.keys(PROVED).map((name) => [name, readFileSync(join(source, name))]));
  for (const [name, expected] of Object.entries(PROVED)) {
    if (createHash("sha256").update(files[name]).digest("hex") === expected) continue;
    console.error(`${name} is not the one that the cut was proved on.`);
    process.exit(3);
  }
  const loader = readFileSync(join(source, "pyodide.mjs"), "utf8");
  const cut = trim(new Uint8Array(files["pyodide.asm.wasm"]), files["pyodide.asm.mjs"].toString(), loader);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "pyodide.asm.wasm"), cut.wasm);
  writeFileSync(join(target, "pyodide.asm.mjs"), cut.script);
  rmSync(join(target, "later"), { recursive: true, force: true });
  mkdirSync(join(target, "later"));
  for (const [reader, address, bytes] of cut.later) writeFileSync(join(target, "later", `${reader}.${address}`), bytes);
  for (const name of UNCHANGED) copyFileSync(join(source, name), join(target, name));
  console.log(`${cut.exports} exports kept, ${cut.emptied} of ${cut.functions} functions and ${KILLED.length} modules gone`);
}

if (process.argv[1]?.endsWith("trim.mjs")) main(process.argv.slice(2));
