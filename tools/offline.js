// The first script of webphone-offline.html: a file of BASE is not fetched, it lies packed in the page.
{
  const inside = (globalThis.webphoneInside = { script: { src: `${BASE}webphone.js`, dataset: {} } });
  const parsed = new Promise((resolve) => addEventListener("DOMContentLoaded", resolve));
  const named = (address) => (String(address).startsWith(BASE) ? String(address).slice(BASE.length) : null);
  const open = async (name) => {
    await parsed;
    const part = document.querySelector(`script[data-part="${CSS.escape(name)}"]`);
    if (!part) return new Response(null, { status: 404 });
    const packed = Uint8Array.fromBase64?.(part.text) ?? Uint8Array.from(atob(part.text), (letter) => letter.charCodeAt(0));
    const body = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(body, { headers: { "content-type": part.dataset.type } });
  };
  const urls = new Map();
  const unpack = async (name) => {
    const part = await open(name);
    if (!part.ok) throw new Error(`${name} is not in this file`);
    return URL.createObjectURL(await part.blob());
  };
  inside.url = (name) => urls.get(name) ?? urls.set(name, unpack(name)).get(name);

  const { fetch, Worker } = globalThis;
  globalThis.fetch = (what, options) => {
    const name = named(what?.url ?? what);
    return name === null ? fetch(what, options) : open(name);
  };
  // A worker begins at once, so its text is not packed.
  globalThis.Worker = class extends Worker {
    constructor(url, options) {
      const name = named(url);
      super(name === null ? url : URL.createObjectURL(new Blob([WORKERS[name]], { type: "text/javascript" })), options);
    }
  };
  const append = document.head.append.bind(document.head);
  document.head.append = (...nodes) => {
    for (const node of nodes) {
      const name = named(node.src ?? node.href);
      if (name === null) append(node);
      else if (node.localName === "script") {
        node.removeAttribute("integrity");
        inside.url(name).then((url) => ((node.src = url), append(node)), () => node.dispatchEvent(new Event("error")));
      } // else a preload, of what is already here
    }
  };
}
