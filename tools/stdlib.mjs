// Runs tools/stdlib.py inside Pyodide, so that the compiled modules carry its own Python's magic.
// stdin: {files: {path in the zip: path on disk}, imports: [module names], pyodide: its folder};
// arguments: the two archives to write, what the phone loads and the rest of the library.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pyscript from "../node_modules/@pyscript/core/src/stdlib/pyscript.js";

const { files, imports, pyodide } = JSON.parse(readFileSync(0, "utf8"));
const sources = {};
for (const [name, path] of Object.entries(files)) sources[name] = readFileSync(path, "utf8");
for (const [name, text] of Object.entries(pyscript.pyscript)) sources[`pyscript/${name}`] = text;

const { loadPyodide } = await import(join(pyodide, "pyodide.mjs"));
// A fixed hash seed keeps the order of sets, and so the bytes, the same in every build. Without debug
// ranges a traceback names lines but marks no columns: a quarter of the compressed size.
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0", PYTHONNODEBUGRANGES: "1" } });
// The memory that comes later, when there is any: compiling may need it, and the second archive takes it along.
const later = existsSync(join(pyodide, "later")) ? readdirSync(join(pyodide, "later")) : [];
python.FS.mkdir("/later");
for (const name of later) {
  const bytes = new Uint8Array(readFileSync(join(pyodide, "later", name)));
  python._module.HEAPU8.set(bytes, Number(name.split(".")[1]));
  python.FS.writeFile(`/later/${name}`, bytes);
}
const stock = new Uint8Array(readFileSync(join(pyodide, "python_stdlib.zip")));
python.FS.writeFile("/stock.zip", stock);
const lay = (path, name) => python.FS.writeFile(path, readFileSync(new URL(name, import.meta.url), "utf8"));
for (const name of ["late.py", "methods.py", "patterns.py"]) lay(`/home/pyodide/${name}`, `./${name}`);
lay("/shelf.py", "./boot/shelf.py");
lay("/dataclass.py", "./boot/dataclass.py");
lay("/enums.py", "./boot/enums.py");
python.runPython(readFileSync(new URL("./stdlib.py", import.meta.url), "utf8"));
const report = python.globals.get("build")(JSON.stringify(sources), JSON.stringify(imports));
writeFileSync(process.argv[2], python.FS.readFile("/std.zip"));
writeFileSync(process.argv[3], python.FS.readFile("/more.zip"));
console.log(report);
process.exit(0);
