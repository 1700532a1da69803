// What PyScript takes for Pyodide. Python starts as soon as this module is there, beside PyScript's
// own start, from the parts of this build; loadPyodide then hands over what is already on its way.
import { loadPyodide as load, version } from "pyodide/pyodide.mjs";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import addMore from "./more.py";
import refuseCompiled from "./compiled.py";

const here = new URL("./", import.meta.url).href;
const print = { stdout: console.log, stderr: console.error };
const starting = load({
  createPyodideModule,
  indexURL: here,
  packageBaseUrl: here,
  stdLibURL: here + PARTS.library,
  // The packages that lie beside this file, fetched when asked for: no CDN is asked for a list.
  lockFileContents: { info: { ...LOCK.info, version }, packages: LOCK.packages },
  stdout: (line) => print.stdout(line),
  stderr: (line) => print.stderr(line),
});

starting.catch((error) => (console.error(error), globalThis.WebPhone.fail({ code: "internal" })));

// The modules of the standard library that the phone does not use. Fetched once, and only where a
// page has Python of its own, or when somebody says `await pyodide_js.loadMore()`.
let more;
const loadMore = () =>
  (more ??= starting.then(async (python) => {
    const answer = await fetch(here + PARTS.more, { integrity: FILES[PARTS.more].integrity });
    if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
    python.FS.writeFile("/lib/python-more.zip", new Uint8Array(await answer.arrayBuffer()));
    for (const code of [addMore, ...(TRIMMED ? [refuseCompiled] : [])]) {
      const globals = python.toPy({});
      python.runPython(code, { globals });
      globals.destroy();
    }
  }));

export const loadPyodide = async ({ stdout, stderr }) => {
  Object.assign(print, { stdout, stderr });
  // A start that failed has been told; PyScript is not to complain of it to the page.
  return Object.assign(await starting.catch(() => new Promise(() => {})), { loadMore });
};
// Where the page has a PyScript core of its own, nothing but this starts the phone.
export const run = (code) => starting.then((python) => python.runPython(code), () => {});
export { version };
