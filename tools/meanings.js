  // What the contract's errors, kinds of settings, and names are in JavaScript: from tools/meanings.js.
  WebPhoneError: class WebPhoneError extends Error {
    constructor({ code, message, hint, sipCode }) {
      const [usual, remedy] = __webphone.errors[code] ?? __webphone.errors.internal;
      super(message ?? usual);
      Object.assign(this, { code, hint: hint ?? remedy }, sipCode == null ? {} : { sipCode });
    }
    get name() { return "WebPhoneError"; }
    toJSON() { return { message: this.message, ...this }; }
  },
  // The sentence of a key and its remedy, with the values filled in.
  said: (key, values = {}) => {
    const [message, hint] = __webphone.words[key].map((text) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]));
    return { message, hint };
  },
  read: ({ kind, initial = null }, value) => {
    if (value == null) return initial;
    const word = String(value).trim().toLowerCase();
    if (kind === "shown" || kind === "boolean") return word !== "false";
    if (kind === "integer") return Number(value);
    if (kind === "list" && typeof value === "string") return value.split(/[\s,]+/).filter(Boolean);
    return value;
  },
  // Takes a click on a link that this phone is for: {number, target, atOnce}; null: it is left to the browser.
  linked: (event, { captureLinks, disabled }) => {
    const { button, ctrlKey, metaKey, shiftKey, altKey, defaultPrevented } = event;
    if (disabled || defaultPrevented || button || ctrlKey || metaKey || shiftKey || altKey) return null;
    const path = event.composedPath(), link = path.find(({ localName, href }) => /^(a|area)$/.test(localName) && href);
    const target = link?.href.baseVal ?? link?.href ?? ""; // SVG has a baseVal
    const [, scheme = "", rest] = /^\s*(tel|callto|sips?):(?:\/\/)?(.*)/is.exec(target) ?? [];
    const wanted = [captureLinks ?? []].flat().find((word) => `${word}`.replace(/s?!?$/i, "").toLowerCase() === scheme.replace(/s$/i, "").toLowerCase());
    if (!scheme || !wanted || path.some(({ dataset }) => dataset?.dial === "off")) return null;
    event.preventDefault();
    let number = /^s/i.test(scheme) ? target.trim() : rest.split(";")[0];
    try { number = decodeURIComponent(number); } catch {} // as it is written
    return { number, target: target.trim(), atOnce: `${wanted}`.endsWith("!") };
  },
  // A reading as pages get it: what they write into it would change nothing, so it can't be written.
  still: (value) => {
    if (!value || typeof value !== "object" || Object.isFrozen(value)) return value;
    Object.values(value).forEach(__webphone.still);
    return Object.freeze(value);
  },
  // Gives a class the properties and methods of a phone; `own` is how that class does what they say.
  dress: (prototype, own) => {
    const { settings, readings, events, methods } = __webphone;
    const define = (name, accessors) =>
      Object.defineProperty(prototype, name, { configurable: true, enumerable: true, ...accessors });
    for (const setting of settings)
      define(setting.property, {
        get() { return own.get(this, setting); },
        set(value) { own.set(this, setting, value); },
      });
    for (const name of Object.keys(readings)) define(name, { get() { return __webphone.still(own.told(this)[name]); }, set() {} });
    for (const { handler } of Object.values(events).filter(({ handler }) => handler))
      define(handler, {
        get() { return own.handlers(this)[handler] ?? null; },
        set(f) { own.handlers(this)[handler] = typeof f === "function" ? f : null; },
      });
    for (const name of methods) define(name, { writable: true, value(...args) { return own.ask(this, name, args); } });
  },
