// A phone in an iframe: makes the frame, and carries wishes and news over a port that only the two hold.
(() => {
  const { settings, methods, events, readings, WebPhoneError, read, said, linked } = globalThis.__webphone;
  const script = document.currentScript, to = location.protocol === "file:" ? " *" : "";
  const ALLOW = `microphone${to}; camera${to}; autoplay${to}; display-capture${to}; speaker-selection${to}; screen-wake-lock${to}; clipboard-write${to}; hid${to}; local-network${to}; loopback-network${to}; fullscreen${to}`;
  class WebPhoneFrame extends EventTarget {
    #port = null; #origin; #loads = 0; #met = 0; #late; #mute; #rid = 0; #queue = []; #waiting = new Map(); #note = null; #lost = null; #over = new AbortController();
    #values = {}; #told = { ...readings }; #handlers = {}; #heard = new WeakMap();
    constructor({ src = new URL("embed.html", script.src).href, target = document.body, after = null, id = "", title = "Phone", allow = ALLOW, sandbox = null, ...given } = {}) {
      super();
      const frame = this.iframe = Object.assign(document.createElement("iframe"), { id, allow, src, title, width: 320, height: 480, frameBorder: 0, phone: this });
      if (sandbox !== null) frame.sandbox = sandbox;
      this.#origin = new URL(frame.src).origin;
      frame.addEventListener("load", () => ++this.#loads > 1 && this.#wait());
      window.addEventListener("message", (event) => this.#meet(event), this.#over);
      document.addEventListener("click", (event) => this.#click(event), this.#over);
      const boxed = sandbox !== null && !["allow-scripts", "allow-same-origin"].every((way) => frame.sandbox.contains(way));
      this.#mute = { code: "not_ready", ...said(boxed ? "frame_boxed" : "frame_mute", { address: frame.src }) };
      this.#wait();
      this.#set(given);
      after ? after.after(frame) : (target.append ? target : document.querySelector(target)).append(frame);
    }
    focus(options) { this.iframe.focus(options); this.ready().then(() => this.iframe.getRootNode().activeElement === this.iframe && this.#post({ type: "focus" }), () => {}); }
    remove() { this.#cut("frame_removed"); this.#over.abort(); this.iframe.remove(); }
    async on(name, f) {
      if (!Object.hasOwn(events, name)) throw new WebPhoneError({ code: "invalid_config", ...said("event_unknown", { name }) });
      this.addEventListener(name, this.#heard.get(f) ?? (this.#heard.set(f, (event) => f.call(this, event.detail, event)), this.#heard.get(f)));
    }
    async off(name, f) { this.removeEventListener(name, this.#heard.get(f)); }
    // For 15 s; a slow network and a slow machine say again and again that the phone is coming.
    #wait() {
      clearTimeout(this.#late);
      this.#late = setTimeout(() => (this.#met && this.#met >= this.#loads) || this.#lost || this.#over.signal.aborted || this.#fail(this.#mute), 15_000);
    }
    #meet({ source, origin, data }) {
      if (source !== this.iframe.contentWindow || origin !== this.#origin || data?.webphone !== 1) return;
      if (data.type === "coming") this.#wait();
      if (data.type === "error") this.#fail(data.error);
      const load = Math.max(this.#loads, 1);
      if (data.type !== "hello" || load === this.#met) return; // each load is answered once
      const { port1, port2 } = new MessageChannel();
      if (this.#met) this.#cut("frame_loaded_again");
      if (this.#met || this.#lost) this.#set(this.#values);
      this.#lost = null;
      [this.#met, this.#port, port1.onmessage] = [load, port1, (event) => this.#hear(event.data)];
      source.postMessage({ webphone: 1, type: "init", id: data.frameId }, origin === "null" ? "*" : origin, [port2]);
      for (const message of this.#queue.splice(0)) port1.postMessage(message);
    }
    // No phone comes: what waits for it is told so, and what is asked next.
    #fail(error) {
      this.#cut("", error);
      this.#lost = error;
      this.#dispatch("error", error);
    }
    #cut(why, error = { code: "cancelled", ...said(why) }) {
      this.#port?.close();
      for (const { reject } of this.#waiting.values()) reject(new WebPhoneError(error));
      [this.#port, this.#queue, this.#told, this.#waiting] = [null, [], { ...readings }, new Map()];
    }
    #post(message) { this.#port ? this.#port.postMessage(message) : this.#queue.push(structuredClone(message)); }
    #set(given) {
      Object.assign(this.#values, given);
      for (const name in given) delete this.#told[name];
      const props = { ...given }, functions = Object.keys(props).filter((name) => typeof props[name] === "function" && delete props[name]);
      this.#post({ type: "set", props, functions });
    }
    async #ask(method, args) {
      if (method === "setConfig") Object.assign(this.#values, args[0]);
      if (this.#lost) throw new WebPhoneError(this.#lost);
      try { this.#post({ type: "call", rid: ++this.#rid, method, args }); } catch { throw new WebPhoneError({ code: "unsupported", ...said("function_in_frame") }); }
      return new Promise((resolve, reject) => this.#waiting.set(this.#rid, { resolve, reject }));
    }
    #hear({ type, rid, ok, value, error, name, detail, what, args, open, height, text, config, historyAdded: added, ...told }) {
      if (type === "result") this.#waiting.get(rid)?.[ok ? "resolve" : "reject"](ok ? value : new WebPhoneError(error));
      if (type === "result") this.#waiting.delete(rid);
      if (type === "event") this.#dispatch(name, detail);
      if (added) told.history = [...added.records, ...this.#told.history.slice(0, added.kept), ...(added.older ?? [])];
      if (type === "state") Object.assign(this.#told, told, config);
      if (told.seq === 1) for (const name in this.#values) delete this.#told[name]; // it was told before ours came to it
      if (type === "ask") this.#answer(what, args).then((value) => ({ ok: true, value }), (fault) => ({ ok: false, message: `${fault?.message}` })).then((said) => this.#post({ type: "answer", rid, ...said }));
      if (type === "resize") this.iframe.height = height;
      if (type === "visibility") this.iframe.hidden = !open;
      if (type === "log") console.info(text);
    }
    async #answer(what, args) {
      if (what !== "notify") return events[what] ? this.#dispatch(what, ...args) : this.#values[what](...args);
      this.#note?.close();
      const may = args[0] && !document.hasFocus() && globalThis.Notification?.permission === "granted";
      if (may) this.#note = Object.assign(new Notification(args[0].title, args[0]), { onclick: () => this.focus() });
    }
    #dispatch(name, told) {
      const event = new CustomEvent(name, { ...events[name], detail: name === "error" ? new WebPhoneError(told) : told });
      this.#handlers[events[name]?.handler]?.call(this, event.detail, event);
      return this.dispatchEvent(event);
    }
    #click(event) {
      const link = linked(event, this);
      if (!link) return;
      link.atOnce ? this.makeCall(link.target).catch((fault) => this.#dispatch("error", fault)) : this.#set({ dial: link.number });
      link.atOnce || this.focus();
    }
    static {
      const define = (name, get, set = () => {}) => Object.defineProperty(this.prototype, name, { configurable: true, enumerable: true, get, set });
      for (const setting of settings) define(setting.property, function () { return setting.secret ? undefined : this.#told[setting.property] ?? read(setting, this.#values[setting.property]); }, function (value) { this.#set({ [setting.property]: value }); });
      for (const name in readings) define(name, function () { return __webphone.still(this.#told[name]); });
      for (const { handler } of Object.values(events)) if (handler) define(handler, function () { return this.#handlers[handler] ?? null; }, function (f) { this.#handlers[handler] = f; });
      for (const name of methods) this.prototype[name] = function (...args) { return this.#ask(name, args); };
    }
  }
  globalThis.WebPhoneEmbed ??= { create: (given) => new WebPhoneFrame(given) };
  if (!script.closest("body")) return; // in the head it waits for WebPhoneEmbed.create()
  script.phone = WebPhoneEmbed.create({ after: script.dataset.target ? null : script, ...script.dataset });
  delete script.dataset.password;
})();
