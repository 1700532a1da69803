// What PyScript takes for Pyodide. Python starts as soon as this module is there, beside PyScript's
// own start, from the parts of this build; loadPyodide then hands over what is already on its way.
import { loadPyodide as load, version } from "pyodide/pyodide.mjs";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import addMore from "./more.py";

const here = new URL("./", import.meta.url).href;
const print = { stdout: console.log, stderr: console.error };
const starting = load({
  createPyodideModule,
  indexURL: here,
  packageBaseUrl: here,
  stdLibURL: here + PARTS.library,
  // No package is ever fetched, so the list of packages is empty and no CDN is asked for it.
  lockFileContents: { info: { ...LOCK_INFO, version }, packages: {} },
  stdout: (line) => print.stdout(line),
  stderr: (line) => print.stderr(line),
});

starting.catch((error) => (console.error(error), globalThis.WebPhone.fail({ code: "internal" })));

// await pyodide_js.loadMore() in Python: the modules of the standard library that the phone does not
// use. Fetched once, and only when somebody asks.
let more;
const loadMore = () =>
  (more ??= starting.then(async (python) => {
    const answer = await fetch(here + PARTS.more, { integrity: FILES[PARTS.more].integrity });
    if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
    python.FS.writeFile("/lib/python-more.zip", new Uint8Array(await answer.arrayBuffer()));
    python.runPython(addMore, { globals: python.toPy({}) });
  }));

export const loadPyodide = async ({ stdout, stderr, packages = [] }) => {
  Object.assign(print, { stdout, stderr });
  // A start that failed has been told; PyScript is not to complain of it to the page.
  const python = Object.assign(await starting.catch(() => new Promise(() => {})), { loadMore });
  if (packages.length) await python.loadPackage(packages);
  return python;
};
export { version };
