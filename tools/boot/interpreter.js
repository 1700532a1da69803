// What PyScript takes for Pyodide. Python starts as soon as this script is there, beside PyScript's
// own start, from the parts of this build; loadPyodide then hands over what is already on its way.
// It is no module: of those Chromium keeps the compiled code, and reads them anew all the same.
import "./classic.js";
import { loadPyodide as load, version } from "pyodide/pyodide.mjs";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import addMore from "./more.py";
import refuseCompiled from "./compiled.py";
import { restored, sha256, taken } from "./image.js";
import { LATER, calmed } from "./part.js";

const inPage = Boolean(globalThis.document);
const here = new URL("./", inPage ? document.currentScript.src : location.href).href;
const print = { stdout: console.log, stderr: console.error };
const options = {
  indexURL: here,
  packageBaseUrl: here,
  stdLibURL: here + PARTS.library,
  // The packages that lie beside this file, fetched when asked for: no CDN is asked for a list.
  lockFileContents: { info: { ...LOCK.info, version }, packages: LOCK.packages },
  stdout: (line) => print.stdout(line),
  stderr: (line) => print.stderr(line),
};
const anew = () => load({ ...options, createPyodideModule });

// From what the last visit kept (kept.js), or else as ever. The image has all modules of the library in it; the
// archive comes when the page has nothing else to do, for who reads a file of it.
let archive;
const fromImage = async (kept) => {
  const image = await kept.image();
  if (!image) return anew();
  try {
    const python = await restored(load, createPyodideModule, { ...options, stdLibURL: LATER }, image);
    python._api.on_fatal = kept.refuse;
    const fetched = async () => {
      const answer = await fetch(options.stdLibURL, { integrity: FILES[PARTS.library].integrity });
      const place = python.runPython("import sitecustomize; sitecustomize.ARCHIVE");
      if (answer.ok) python.FS.writeFile(place, new Uint8Array(await answer.arrayBuffer()));
    };
    archive = new Promise((then) => (kept.archive = () => then(fetched().catch(console.warn))));
    performance.mark("webphone:restored");
    return python;
  } catch (error) {
    console.warn(error);
    await image.checked.then(kept.refuse, kept.drop);
    return anew();
  }
};

// In a worker, which a page without an image starts when it has come to rest: take one, if it is the one of the build.
const take = async () => {
  globalThis.length = 0; // as a page's globals have one
  const { head, pages } = await taken(load, createPyodideModule, options, calmed);
  const same = (await sha256(new TextEncoder().encode(head))) === globalThis.name;
  return same ? { head, pages: new Blob([pages]) } : {};
};
const alone = (work) => (navigator.locks ? navigator.locks.request("webphone-runtime", { ifAvailable: true }, (lock) => (lock ? work() : null)) : work());

const starting = inPage ? (globalThis.WebPhone.kept ? fromImage(globalThis.WebPhone.kept) : anew()) : new Promise(() => {});
if (!inPage) alone(take).then(postMessage);

starting.catch((error) => (console.error(error), globalThis.WebPhone.fail({ code: "internal" })));

// The modules of the standard library that the phone does not use. Fetched once, and only where a
// page has Python of its own, or when somebody says `await pyodide_js.loadMore()`.
let more;
const loadMore = () =>
  (more ??= starting.then(async (python) => {
    globalThis.WebPhone.kept?.archive?.();
    await archive;
    const answer = await fetch(here + PARTS.more, { integrity: FILES[PARTS.more].integrity });
    if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
    python.FS.writeFile("/lib/python-more.zip", new Uint8Array(await answer.arrayBuffer()));
    for (const code of [addMore, ...(TRIMMED ? [refuseCompiled] : [])]) {
      const globals = python.toPy({});
      python.runPython(code, { globals });
      globals.destroy();
    }
  }));

const loadPyodide = async ({ stdout, stderr }) => {
  Object.assign(print, { stdout, stderr });
  // A start that failed has been told; PyScript is not to complain of it to the page.
  return Object.assign(await starting.catch(() => new Promise(() => {})), { loadMore });
};
// Where the page has a PyScript core of its own, nothing but this starts the phone.
const run = (code) => starting.then((python) => python.runPython(code), () => {});
globalThis[Symbol.for("webphone.python")] = { loadPyodide, run, version };
