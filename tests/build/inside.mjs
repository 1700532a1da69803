// Runs Python inside a built runtime under Node: node inside.mjs <plan as JSON>. The plan is
// {pyodide: its folder, library: zip, more: zip, addMore: Python, mounts: {path in Pyodide: folder},
// code: Python, arguments}.
// `await main(arguments)`, which the code defines, gives the exit status.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

process.on("uncaughtException", (error) => {
  // Node would print the one line of minified code that threw.
  console.log(String(error?.stack ?? error).slice(0, 4000));
  process.exit(2);
});

const { pyodide, library, more, addMore, mounts, code, arguments: given } = JSON.parse(process.argv[2]);
const { loadPyodide } = await import(pathToFileURL(join(pyodide, "pyodide.mjs")));
const python = await loadPyodide({ stdLibURL: library, env: { PYTHONDONTWRITEBYTECODE: "1" } });
python.FS.writeFile("/lib/python-more.zip", new Uint8Array(readFileSync(more)));
python.runPython(addMore);
for (const [path, root] of Object.entries(mounts)) {
  python.FS.mkdirTree(path);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, path);
}
python.runPython(code);
process.exit(Number(await python.globals.get("main")(python.toPy(given))));
