// What stays of Python from one visit to the next where the page asks for it (`data-keep-runtime`): an image of its
// memory with the phone imported (image.js), in IndexedDB. One that is not what the build knows is never used. Whatever
// goes wrong here, the phone starts as ever. The machine comes from the browser's cache, compiled: of that it keeps the code.
const DATABASE = "webphone-runtime", IMAGES = "images", KEPT = "webphone-kept", TRYING = "webphone-trying";
const START = 10_000; // ms: a start that takes longer has failed
const PATIENCE = 1_000; // ms that the browser has to find what is kept
const REST = 3_000; // ms after the first screen until the image is made
const PIECE = 8; // parts of an image that are read in one go
const ROOM = 100e6; // bytes that the browser must have left for this site

const done = (request, finished = "success") =>
  new Promise((then, not) => {
    request[`on${finished}`] = () => then(request.result);
    request.onerror = request.onblocked = request.onabort = () => not(request.error);
  });
const images = async (mode, ask) => {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(IMAGES);
  const database = await done(request);
  database.onversionchange = () => database.close();
  const transaction = database.transaction(IMAGES, mode);
  const asked = ask(transaction.objectStore(IMAGES));
  return done(transaction, "complete").then(() => asked?.result).finally(() => database.close());
};
const within = (time, promise) => Promise.race([promise, new Promise((_, not) => setTimeout(not, time, new Error("It takes too long")))]);
const sha256 = async (bytes) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((each) => each.toString(16).padStart(2, "0")).join("");
const sure = (same) => {
  if (!same) throw new Error("What is kept of Python is not what was built");
};

let maker, forgotten = false;
// A person wants to be forgotten, or the image is of no use.
WebPhone.forget = () => {
  forgotten = true;
  maker?.terminate();
  globalThis.indexedDB?.deleteDatabase(DATABASE);
};

// Gives null where nothing can be kept.
const keeper = (at) => {
  const build = `${PARTS.interpreter} ${IMAGE}`;
  const note = (name, value) => localStorage.setItem(name, value);
  // What is kept is damaged: the next visit makes it anew.
  const drop = () => {
    localStorage.removeItem(KEPT);
    WebPhone.forget();
  };
  // This browser makes another image than the build, can't keep it, or can't use it: it starts as ever.
  const refuse = () => {
    drop();
    note(KEPT, `no ${build}`);
    localStorage.removeItem(TRYING);
  };
  const put = async ({ head, pages }) => {
    if (forgotten) return;
    await images("readwrite", (store) => void (store.clear(), store.put({ head, pages }, build)));
    if (!forgotten) note(KEPT, build);
  };
  const make = async () => {
    const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    if (forgotten || quota - usage < ROOM) return;
    maker = new Worker(WebPhone.trusted(at(PARTS.interpreter)), { name: IMAGE });
    const over = () => maker.terminate();
    maker.onerror = (event) => (event.preventDefault(), over());
    // null: another tab does it; no head: this browser makes another image than the build.
    maker.onmessage = ({ data }) => (over(), data && (data.head ? put(data).catch(refuse) : refuse()));
  };
  const find = async () => {
    const { head, pages } = await within(PATIENCE, images("readonly", (store) => store.get(build)));
    sure((await sha256(new TextEncoder().encode(head))) === IMAGE);
    const told = JSON.parse(head); // nothing of it counts before
    // All at once, piece by piece: the browser reads on while the page is busy.
    const parts = [];
    for (let at = 0; at < pages.size; at += PIECE * told.part) parts.push(pages.slice(at, at + PIECE * told.part).arrayBuffer());
    const hashes = async (piece) => {
      const bytes = await piece, found = [];
      for (let at = 0; at < bytes.byteLength; at += told.part) found.push(sha256(new Uint8Array(bytes, at, Math.min(told.part, bytes.byteLength - at))));
      return Promise.all(found);
    };
    const checked = Promise.all(parts.map(hashes)).then((found) => sure(String(found) === String(told.parts)));
    checked.catch(() => {});
    return { head: told, parts, checked };
  };

  let found = null;
  try {
    const said = localStorage.getItem(KEPT), tried = Number(localStorage.getItem(TRYING));
    if (!IMAGE || navigator.connection?.saveData || said === `no ${build}`) return null;
    // Another tab is at it, or what was kept has failed.
    if (tried) return Date.now() - tried > START && refuse(), null;
    note(said === build ? TRYING : KEPT, said === build ? Date.now() : (said ?? "")); // refused: an error
    if (said === build) {
      found = find().catch(() => (localStorage.removeItem(KEPT), null));
      const gone = () => performance.now() < START && localStorage.removeItem(TRYING); // who leaves so soon proves nothing
      addEventListener("pagehide", gone);
    }
  } catch {
    return null;
  }
  const image = () => found ?? Promise.resolve(null);
  const kept = {
    trying: Boolean(found), image, drop, refuse,
    // The phones are there, whichever way.
    up: async () => {
      const used = await image();
      if (used) used.parts = used.checked = null; // that is memory
      if (found) localStorage.removeItem(TRYING);
      const rested = () => (used ? kept.archive?.() : make().catch(() => {}));
      setTimeout(() => (globalThis.requestIdleCallback ?? setTimeout)(rested), REST);
    },
  };
  return kept;
};
