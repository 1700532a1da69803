// The end of dist/webphone.js: paints the phones, and has PyScript's core run their Python, once a page;
// where the page has a core of its own, Python starts without one, since two cannot share a page.
if (!globalThis[Symbol.for("webphone.started")]) {
  globalThis[Symbol.for("webphone.started")] = true;
  const tellAround = (news) => parent !== window && parent.postMessage({ webphone: 1, ...news }, "*");
  const coming = () => tellAround({ type: "coming" }); // embed.js has patience for some seconds then
  coming();
  const { src: base, dataset } = document.currentScript ?? { dataset: {} };
  const at = (name) => new URL(`runtime/${name}`, base).href;
  const shells = new Set();

  // What a page's Trusted Types have to let through: the phone's own parts, and nothing else.
  const only = (allowed) => (value) => {
    if (allowed(value)) return value;
    throw new TypeError(`Not a part of the phone: ${value}`);
  };
  const rules = { createScript: only((text) => text === MAIN), createScriptURL: (url) => only((address) => address.startsWith(new URL("./", base).href))(new URL(url, base).href) };
  let policy = { createScript: (text) => text, createScriptURL: (url) => url };
  try {
    policy = globalThis.trustedTypes?.createPolicy("webphone", rules) ?? policy;
  } catch {} // a page that forbids it may still not require it
  WebPhone.trusted = (url) => policy.createScriptURL(url);

  // Whether this page was loaded anew, or the one that it is a frame of: a frame is said to be visited for the first time then.
  WebPhone.again = (() => {
    try {
      return [window, top].some(({ performance }) => performance.getEntriesByType("navigation")[0].type === "reload");
    } catch {
      return false; // a frame in a page of somebody else
    }
  })();
  // Who takes calls back is to be connected once Python is there: begun here, for a page that was loaded anew, and not for a copy of it.
  const ahead = new Map();
  const connect = (url) => {
    if (ahead.has(url)) return;
    const socket = new WebSocket(url, "sip");
    ahead.set(url, socket);
    setTimeout(() => ahead.get(url) === socket && socket.close(), 10000);
  };
  WebPhone.ahead = (url) => {
    const socket = ahead.get(url);
    ahead.delete(url);
    return socket?.readyState < 2 ? socket : null;
  };
  try {
    for (const key of Object.keys(sessionStorage)) {
      const { server } = WebPhone.again && key.startsWith("webphone-calls-") ? JSON.parse(sessionStorage.getItem(key)) : {};
      if (server) connect(server);
    }
  } catch {} // no such address, or what is kept is no text of ours

  // A phone that is to register, and one with a call asked for, has its connection begin with the page. Whether
  // and how it registers and calls, Python says.
  const early = (WebPhone.early = {});
  const met = new Set();
  const safe = /^(wss:|ws:[/][/](localhost|127[.][0-9.]+|[[]::1])([:/]|$))/i;
  const meet = ({ host, username, allowInsecure, multiTab }) => {
    const [url] = String(host ?? "").split(",");
    if (!globalThis.RTCPeerConnection || !username || multiTab === "leader" || met.has(url) || !(safe.test(url) || (allowInsecure && /^ws:/i.test(url)))) return;
    met.add(url);
    try {
      connect(url);
    } catch {} // no such address: Python says so
  };
  // And the browser says whether it would ask about the microphone for a call.
  const hasten = (element) => {
    meet(element);
    if (early.call) return;
    early.call = true;
    try {
      navigator.permissions.query({ name: "microphone" }).then((permission) => Object.assign(early, { permission }), () => {});
    } catch {} // a browser that does not tell
  };

  // A worker of this name that outlives its page; only a browser that has such ones reads the option. Else one that does not, if `any` is to do.
  WebPhone.will = (name, any) => {
    let outlives = false;
    try {
      new SharedWorker("http://[", { get extendedLifetime() { return (outlives = true); } });
    } catch {}
    return outlives || any ? new SharedWorker(WebPhone.trusted(at(PARTS.will)), { name, extendedLifetime: outlives }) : null;
  };
  try {
    // They are to wait: the page that was here before has left calls, and Python takes its time to come. It comes to no copy of the tab.
    const left = Object.keys(sessionStorage).filter((key) => WebPhone.again && key.startsWith("webphone-will-"));
    left.flatMap((key) => sessionStorage.getItem(key).split(" ")).forEach((name) => WebPhone.will(name)?.port.postMessage({ coming: true }));
  } catch {} // a frame that may not

  // The words of another language: their file comes beside Python, and the shell says its own from it.
  const here = {}, bringing = {};
  const spoken = (tag) => {
    for (let part = tag.toLowerCase().replaceAll("_", "-"); part; part = part.replace(/-?[^-]*$/, "")) if (part in NEAR) return NEAR[part];
    return "";
  };
  const around = (element) => {
    for (let node = element; node; node = node.getRootNode().host) {
      const { lang } = node.closest("[lang]") ?? {};
      if (lang) return lang;
    }
    return navigator.language ?? "";
  };
  const checked = async (name) => {
    const answer = await fetch(at(name), { integrity: FILES[name].integrity });
    if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
    return answer;
  };
  const bring = async (language) => {
    return (here[language] = await (await checked(WORDS[language])).text());
  };
  const ask = (language) => (bringing[language] ??= bring(language).catch((error) => (delete bringing[language], Promise.reject(error))));
  WebPhone.words = { here, ask };

  // The noise filter's files: asked for when it is first switched on.
  let rnnoise;
  WebPhone.noise = {
    code: () => (rnnoise ??= checked(PARTS.rnnoise).then((answer) => answer.arrayBuffer()).catch((error) => ((rnnoise = null), Promise.reject(error)))),
    // From disk no address but one that is its own content is let into the audio thread.
    worklet: async () => (globalThis.webphoneInside ? `data:text/javascript,${encodeURIComponent(await (await checked(PARTS.noise)).text())}` : at(PARTS.noise)),
  };

  const trouble = () => {
    if (!globalThis.WebAssembly?.Tag || !paint.looks || !HTMLElement.prototype.attachInternals) return SHELL.troubles.old;
    if (!base) return SHELL.troubles.imported;
    if (!isSecureContext) return { code: "insecure_context" };
    try {
      new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    } catch {
      return SHELL.troubles.blocked;
    }
  };
  // A part did not come, or is not the one that was built.
  WebPhone.lost = async (name) => {
    const answer = await fetch(at(name), { cache: "no-store" }).catch(() => null);
    const { code, message, hint } = SHELL.troubles[location.protocol === "file:" ? "disk" : answer?.ok ? "spoilt" : "lost"];
    WebPhone.fail({ code, message: message.replace("{name}", name), hint });
  };

  const add = (tag, attributes, text) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text) element.textContent = text;
    document.head.append(element);
    return element;
  };
  const file = (name) => ({ integrity: FILES[name].integrity, crossorigin: "anonymous" });
  const script = (name, then, type = "text/javascript") => {
    const script = add("script", { type, src: WebPhone.trusted(at(name)), ...file(name) });
    Object.assign(script, { onload: then, onerror: () => WebPhone.lost(name) });
  };
  const preload = (name) => add("link", { rel: "preload", as: "fetch", href: at(name), crossorigin: "anonymous" });
  const watch = () => {
    const parts = [PARTS.interpreter, PARTS.core, PARTS.wasm, PARTS.library].map((name) => ({ url: at(name), size: FILES[name].size }));
    const sum = (some) => some.reduce((sizes, { size }) => sizes + size, 0);
    const loaded = new Set();
    if (parent !== window) {
      // What is under way shows no bytes yet: a server that answers is alive, and so is a busy Python.
      let asked = 0;
      const asking = setInterval(() => {
        if (!shells.size || ++asked === 12) clearInterval(asking);
        const part = parts.find(({ url }) => !loaded.has(url));
        part ? fetch(`${part.url}#alive`, { method: "HEAD", cache: "no-store" }).then(coming, () => {}) : coming();
      }, 5000);
    }
    let late = false;
    const tell = () => late && shells.forEach((shell) => shell.progress((0.9 * sum(parts.filter(({ url }) => loaded.has(url)))) / sum(parts)));
    new PerformanceObserver((list) => (list.getEntries().forEach(({ name }) => loaded.add(name)), coming(), tell())).observe({ type: "resource", buffered: true });
    setTimeout(() => ((late = true), tell()), 1000);
  };
  const reached = (...states) => new Promise((then) => {
    const look = () => states.includes(document.readyState) && then();
    document.addEventListener("readystatechange", look);
    look();
  });
  const read = reached("interactive", "complete"); // all tags of the page are known
  const ownPython = () => document.querySelector('script[type="py"]:not(#webphone-python), py-script');
  const coreIsThere = () => Symbol.for("polyscript.js_modules") in globalThis || customElements.get("py-script");
  const coreIsNamed = () => [...document.querySelectorAll("script[type=module]")].some(({ src, text }) => !src.startsWith(at("")) && /pyscript|[/]core\.js/i.test(src || text));
  const settled = read.then(() => (coreIsNamed() ? reached("complete") : null)); // the page's own core has run by then
  const start = () => {
    const alone = coreIsThere() || coreIsNamed() || document.readyState === "loading";
    const id = "webphone-python";
    const config = JSON.stringify({ ...CONFIG, interpreter: at(PARTS.interpreter) });
    // Its own target: PyScript otherwise adds an element to the host page's body.
    const given = { id, target: id, type: alone ? id : "py", "data-config": config, "data-timer": at(PARTS.timer) };
    document.head.prepend(add("script", given, alone ? "" : policy.createScript(MAIN))); // the first that the core finds
    if (alone) globalThis[Symbol.for("webphone.python")].run(MAIN);
    const core = () => {
      if (coreIsThere()) return;
      if (ownPython()) preload(PARTS.more);
      script(PARTS.core, null, "module");
    };
    settled.then(() => WebPhone.kept?.image()).then(core); // what is kept is asked for first: it takes longer
  };
  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    const fail = (wrong) => queueMicrotask(() => WebPhone.fail(wrong)); // once the shell is painted
    const wrong = trouble();
    if (wrong) return fail(wrong);
    try {
      // PyScript would import the interpreter by itself, and complain to the page where it does not come.
      const loaded = new Promise((then) => script(PARTS.interpreter, then));
      // Nobody waits long for a page that takes its time to be read.
      const known = Promise.race([read, new Promise((then) => setTimeout(then, 3000))]);
      Promise.all([loaded, known]).then(start).catch(() => fail(SHELL.troubles.untrusted));
      add("link", { rel: "modulepreload", href: at(PARTS.core), ...file(PARTS.core) });
      const machine = () => fetch(at(PARTS.wasm), { integrity: FILES[PARTS.wasm].integrity });
      const keeps = "keepRuntime" in dataset;
      if (!keeps) preload(PARTS.library);
      // Compiled while it comes, and while the interpreter's script is read. What goes wrong here is
      // tried again there, and told.
      WebPhone.compiling = WebAssembly.compileStreaming(machine());
      WebPhone.compiling.catch(() => {});
      WebPhone.kept = keeps ? keeper(at) : null;
      if (keeps && !WebPhone.kept?.trying) preload(PARTS.library);
      watch();
    } catch {
      fail(SHELL.troubles.untrusted);
    }
  };
  const later = () => (globalThis.requestIdleCallback ?? setTimeout)(begin);

  WebPhone.prepare((host) => {
    const asked = () => {
      begin();
      if (host.calls()) hasten(host.element);
    };
    const shell = paint({ ...host, gesture: (entry) => (host.gesture(entry), host.calls() && asked()) }, begin);
    const consider = () => {
      const { loading, autoRegister } = host.element;
      if (autoRegister) meet(host.element);
      if (autoRegister || host.wanted() || !["idle", "interaction"].includes(loading)) begin();
      else if (loading === "idle") document.readyState === "complete" ? later() : addEventListener("load", later);
    };
    const language = spoken(around(host.element));
    if (language) ask(language).then((text) => shells.has(shell) && shell.spoken(JSON.parse(text).shell), () => {}); // Python says why
    shells.add(shell);
    if (host.calls()) asked();
    consider();
    const changed = () => (shell.changed(), consider());
    const failed = (error) => (shell.failed(error), tellAround({ type: "error", error: { ...error, message: error.message } }));
    return { ...shell, changed, failed, asked, left: () => (shells.delete(shell), shell.left()) };
  });
  // The page's own Python may make its phones later, and may itself come later.
  const look = () => {
    if (begun || coreIsThere()) arrivals.disconnect();
    else if (ownPython()) begin();
  };
  const arrivals = new MutationObserver(look);
  settled.then(() => (arrivals.observe(document, { childList: true, subtree: true }), look()));
  if ("offline" in dataset) navigator.serviceWorker?.register(WebPhone.trusted(new URL("sw.js", base).href)).catch(console.warn);
}
