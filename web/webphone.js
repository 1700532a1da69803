// <web-phone> as pages see it: keeps what is asked until Python attaches, and tells what Python says.
(() => {
  if (customElements.get("web-phone")) return;
  const { settings, events, readings, WebPhoneError, read, dress, linked } = globalThis.__webphone;
  const attributes = new Map(settings.map((setting) => [setting.attribute, setting]));
  const handlers = Object.entries(events).filter(([, { handler }]) => handler);
  const phones = new Set();
  let replies = 0, factory, painter, failure; // Python's maker of its side, the shell's until then, and why Python does not come up

  const parsed = document.readyState === "loading" ? new Promise((then) => document.addEventListener("DOMContentLoaded", then)) : Promise.resolve();
  const typed = ({ target, key, ctrlKey, altKey, metaKey }) => target.localName === "input" && !target.closest('web-phone > [slot]:not([slot="sign-in"])') && ctrlKey === altKey && !metaKey && !/^(Tab|Escape|F\d+)$/.test(key); // AltGr is both
  class WebPhone extends HTMLElement {
    static formAssociated = true;
    static observedAttributes = [...attributes.keys(), "id", "name"].filter(Boolean);
    static get = (id) => [...phones].find((phone) => phone.isConnected && phone.id === id) ?? null;
    static trusted = (url) => url; // as a page's policy wants the address of a script
    // python(host): Python's side of one element, {set(changes), invoke(reply, name, args), typed(number, pasted), disconnected()}; the last gives the settings to keep.
    static attach = (python) => ((factory = python), phones.forEach((phone) => phone.#attach()));
    // shell(host): what stands there until Python does, {changed(), asked(), failed(error), left()}.
    static prepare = (shell) => ((painter = shell), phones.forEach((phone) => phone.#attach()));
    static forget = () => {}; // what a page has kept of Python
    // told(how, value) hears what the function gives or promises ("kept"), why not ("refused"), or "late"; gives a function that ends this.
    static settled = (f, owner, given, ms, told) => {
      const tell = (how) => (value) => (clearTimeout(late), told?.(how, value), (told = null));
      const late = ms === undefined ? 0 : setTimeout(tell("late"), ms);
      new Promise((then) => then(Reflect.apply(f, owner, given))).then(tell("kept"), tell("refused"));
      return () => (clearTimeout(late), void (told = null));
    };
    static drawn = {}; static node = ([, tag, svg, given, key]) => !given ? (svg ? WebPhone.drawn[tag].cloneNode(true) : document.createTextNode(tag)) : Object.entries(given).reduce((node, each) => (node.setAttribute(...each), key ? (WebPhone.drawn[key] = node) : node), svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag));
    // The nodes of these rows as JSON, all in one call: [place of the one around it, -1 for none, text], or [place, key, true] of what was drawn before, or [place, tag, whether of SVG, attributes, key of a drawing].
    static made = (rows) => JSON.parse(rows).reduce((nodes, row) => (nodes.push(WebPhone.node(row)), nodes[row[0]]?.append(nodes.at(-1)), nodes), []);
    static fail = (error) => failure || ((failure = new WebPhoneError(error)), phones.forEach((phone) => phone.#fail(failure)));

    #root = this.attachShadow({ mode: "open" });
    #internals = this.attachInternals?.() ?? { setFormValue() {} }; // an old browser has none
    #queue = []; // {set}, {typed, pasted} or {reply, name, args}, in the order of page and person
    #waiting = new Map(); // promises by reply
    #values = new Map(); // settings as the page wrote them
    #config = {}; // settings as Python read them
    #told = { ...readings }; #handlers = {};
    #hears = handlers.map(([name, { handler }]) => this.addEventListener(name, (event) => this.#handlers[handler]?.call(this, event.detail, event)));
    #labelled = this.addEventListener("click", (event) => event.composedPath()[0] === this && this.#internals.labels?.length && this.focus()); // a label's click
    #typed = ["keydown", "keypress", "keyup"].map((name) => this.#root.addEventListener(name, (event) => typed(event) && event.stopPropagation())); // no shortcut of the page's
    #click = (event) => { // on a link of the page
      const link = !this.#failure && linked(event, this);
      if (!link?.atOnce) return link && ((this.dial = link.number), this.focus());
      this.#flush(this.#queue.push({ name: "makeCall", args: [link.target] }), this.#shell?.asked()); // a person's wish: what is wrong is shown
    };
    #listeners = new WeakMap(); // by function given to on()
    #lend = (call) => (call?.heldBy !== undefined && ["local", "remote"].forEach((side) => Object.defineProperty(call, `${side}Stream`, { get: () => this.#python?.stream(call.id, side) ?? null })), call);
    #record = null; #python = null; #shell = null; #failure = null;
    #host = {
      element: this,
      root: this.#root,
      wanted: () => this.#waiting.size > 0,
      calls: () => this.#queue.some(({ name }) => name === "makeCall"),
      gesture: (entry) => this.#flush(this.#queue.push(entry)),
      drawn: () => (this.#shell = void this.#shell?.left()), // Python's own screen takes the place of the shell
      waits: (entry) => this.#queue.includes(entry),
      settle: (reply, ok, value) => this.#settle(reply, ok, value),
      dispatch: (name, detail) => this.#dispatch(name, detail),
      snapshot: ({ config = {}, historyAdded: added, ...told }) => {
        for (const [property, value] of Object.entries(config))
          if (!this.#queue.some(({ set }) => set && property in set)) this.#config[property] = value;
        if (added) told.history = [...added.records, ...this.#told.history.slice(0, added.kept), ...(added.older ?? [])];
        Object.assign(this.#told, told, [told.activeCall, ...(told.calls ?? [])].forEach(this.#lend));
      },
      states: (names) => (this.#internals.states?.clear(), names.forEach((name) => this.#internals.states?.add(name))),
      formValue: (record) => this.#submit(record),
    };

    get name() { return this.getAttribute("name") ?? ""; }
    set name(value) { this.setAttribute("name", value); }
    get form() { return this.#internals.form; }
    focus(options) { for (const main of ["input", "[data-primary]", "[tabindex]"]) this.#root.activeElement ?? this.#root.querySelector(`${main}:not(:disabled)`)?.focus(options); }

    async on(name, f) {
      if (typeof name !== "string" || typeof f !== "function")
        throw new WebPhoneError({ code: "invalid_config", ...__webphone.said("on_needs") });
      if (!Object.hasOwn(events, name)) throw new WebPhoneError({ code: "invalid_config", ...__webphone.said("event_unknown", { name: name.slice(0, 40) }) });
      if (!this.#listeners.has(f)) this.#listeners.set(f, (event) => f.call(this, event.detail, event));
      this.addEventListener(name, this.#listeners.get(f));
    }
    async off(name, f) { if (this.#listeners.has(f)) this.removeEventListener(String(name), this.#listeners.get(f)); }

    connectedCallback() {
      phones.add(this);
      document.addEventListener("click", this.#click);
      const early = Object.entries(this).filter(([name]) => name in WebPhone.prototype && delete this[name]);
      Object.assign(this, Object.fromEntries(early)); // set before the element was defined
      this.#attach();
    }
    connectedMoveCallback() {}
    disconnectedCallback() { setTimeout(() => this.isConnected || this.#detach()); } // moved: it is connected again by then
    attributeChangedCallback(name, _, value) {
      const { property, secret } = attributes.get(name) ?? {};
      if (!property) this.#submit(this.#record);
      else if (secret && value === null) return; // our own removal
      else if (property !== "disabled") this.#set(property, value);
      if (secret) this.removeAttribute(name);
    }
    formDisabledCallback(disabled) { this.#set("disabled", disabled); }
    formResetCallback() { this.#submit(null); }
    formStateRestoreCallback(record) { this.#submit(record); }

    #attach() {
      if (this.#python || this.#failure) return;
      if (!factory && !this.#shell) this.#shell = painter?.(this.#host);
      if (failure) this.#fail(failure);
      if (!factory || failure) return;
      try { this.#python = factory(this.#host); } catch (error) { this.#fail({ code: "internal" }, console.error(error)); }
      this.#flush();
    }
    #fail(told) {
      this.#failure = new WebPhoneError(told);
      this.#shell?.failed(this.#failure);
      this.#refuse(this.#failure);
      parsed.then(() => this.#dispatch("error", told)); // the page's own scripts listen by then
    }
    #refuse(error) {
      for (const reply of [...this.#waiting.keys()]) this.#settle(reply, false, error);
      this.#queue = this.#queue.filter(({ set }) => set);
    }
    #detach() {
      if (!phones.delete(this)) return;
      document.removeEventListener("click", this.#click);
      this.#shell = void this.#shell?.left();
      const kept = this.#python?.disconnected() ?? {};
      this.#python = this.#failure = null;
      this.#refuse({ code: "cancelled" });
      // Put into a page again, it starts anew with the settings it had.
      for (const [property, value] of Object.entries(kept)) this.#values.set(property, value);
      this.#queue = [{ set: Object.fromEntries(this.#values) }];
      this.#config = {}; this.#told = { ...readings };
    }
    #set(property, value) {
      this.#values.set(property, value);
      delete this.#config[property];
      if (!this.#queue.at(-1)?.set) {
        this.#queue.push({ set: {} });
        queueMicrotask(() => this.#flush()); // what a page sets in one go, Python reads in one go
      }
      this.#queue.at(-1).set[property] = value;
      this.#shell?.changed();
    }
    #ask(name, args) {
      if (this.#failure) return Promise.reject(this.#failure);
      this.#shell?.asked();
      if (!this.#python && this.#withdraw(name, args)) return Promise.resolve();
      try { name === "setConfig" && args[0]?.password && this.#values.set("password", args[0].password); } catch {} // what can't be read, Python refuses
      const reply = ++replies;
      const promise = new Promise((resolve, reject) => this.#waiting.set(reply, { resolve, reject }));
      this.#flush(this.#queue.push({ reply, name, args }), this.#shell?.asked());
      return promise;
    }
    // A queued call that is hung up never goes out.
    #withdraw(name, [id]) {
      if (name !== "hangupAll" && (name !== "hangup" || id != null)) return false;
      const calls = this.#queue.filter((entry) => entry.name === "makeCall").slice(name === "hangup" ? -1 : 0);
      this.#queue = this.#queue.filter((entry) => !calls.includes(entry));
      for (const { reply } of calls) this.#settle(reply, false, { code: "cancelled" });
      this.#shell?.changed();
      return calls.length > 0;
    }
    #flush() {
      while (this.#python && this.#queue.length) {
        const { set, typed, pasted, reply, name, args } = this.#queue.shift();
        try {
          set ? this.#python.set(set) : typed != null ? this.#python.typed(typed, pasted) : this.#python.invoke(reply, name, args);
        } catch (error) {
          this.#settle(reply, false, { code: "internal" }, console.error(error));
        }
      }
    }
    #settle(reply, ok, value) {
      const { resolve, reject } = this.#waiting.get(reply) ?? {};
      this.#waiting.delete(reply);
      ok ? resolve?.(this.#lend(value)) : reject?.(new WebPhoneError(value));
    }
    #dispatch(name, detail) {
      return this.dispatchEvent(new CustomEvent(name, { ...events[name], composed: true, detail: name === "error" ? new WebPhoneError(detail) : this.#lend(detail) }));
    }
    #submit(record) {
      this.#record = record;
      const key = this.name || this.id, data = new FormData();
      if (record !== null && key) data.append(key, record);
      this.#internals.setFormValue(data, record);
    }
    #write({ property, attribute, kind, secret }, value = null) {
      const plain = attribute && !secret && !["object", "function", "symbol"].includes(typeof value);
      if (plain && !(kind === "boolean" && value === false)) this.setAttribute(attribute, value === true && kind === "boolean" ? "" : value);
      else if (attribute && !secret && this.hasAttribute(attribute)) this.removeAttribute(attribute);
      if (!plain && !(value === null && property === "disabled")) this.#set(property, value);
    }

    static { dress(this.prototype, {
      get: (phone, setting) => (setting.secret ? undefined : setting.property in phone.#config ? phone.#config[setting.property] : read(setting, phone.#values.get(setting.property))),
      set: (phone, setting, value) => phone.#write(setting, value),
      told: (phone) => phone.#told, handlers: (phone) => phone.#handlers, ask: (phone, name, args) => phone.#ask(name, args),
    }); }
  }

  customElements.define("web-phone", (globalThis.WebPhone = WebPhone));
})();
