// Says the SHA-256 of the image of Python's memory (tools/boot/image.js) that every browser makes of this build:
// node tools/image.mjs <folder of Pyodide> <python.zip> [file to write its pages to] < the lock.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { sha256, taken } from "./boot/image.js";

const [folder, library, file] = process.argv.slice(2).map((path) => resolve(path));
const lock = JSON.parse(readFileSync(0, "utf8"));
const { loadPyodide, version } = await import(join(folder, "pyodide.mjs"));
const { default: create } = await import(join(folder, "pyodide.asm.mjs"));
// What Python asks of the page's globals, as a window answers: that they have a length.
globalThis.length = 0;
// Pyodide's own loader starts the machine here: its imports are stilled as `instantiate` of boot/part.js does it.
const { instantiate } = WebAssembly;
let calm;
WebAssembly.instantiate = (code, imports) => instantiate(code, calm(imports));
const { head, pages } = await taken(
  loadPyodide,
  create,
  {
    indexURL: folder,
    packageBaseUrl: folder,
    stdLibURL: library,
    lockFileContents: { info: { ...lock.info, version }, packages: lock.packages },
  },
  (made) => (calm = made),
);
if (file) (writeFileSync(file, pages), writeFileSync(`${file}.head`, head));
console.log(await sha256(new TextEncoder().encode(head)));
process.exit(0);
