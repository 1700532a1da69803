// Generated from pyapp/webphone/contract.py by `make contract`.
globalThis.__webphone ??= Object.freeze({
  settings: [
    {"property": "showDialpad", "attribute": "show-dialpad", "kind": "shown", "initial": true},
    {"property": "showDialledNumber", "attribute": "show-dialled-number", "kind": "shown", "initial": true},
    {"property": "showAnswer", "attribute": "show-answer", "kind": "shown", "initial": true},
    {"property": "showHangup", "attribute": "show-hangup", "kind": "shown", "initial": true},
    {"property": "showHold", "attribute": "show-hold", "kind": "shown", "initial": true},
    {"property": "showMute", "attribute": "show-mute", "kind": "shown", "initial": true},
    {"property": "showDial", "attribute": "show-dial", "kind": "shown", "initial": true},
    {"property": "showStatus", "attribute": "show-status", "kind": "shown", "initial": true},
    {"property": "autoRegister", "attribute": "auto-register", "kind": "boolean", "initial": false},
    {"property": "host", "attribute": "host", "kind": "servers", "initial": ""},
    {"property": "username", "attribute": "username", "kind": "text", "initial": ""},
    {"property": "authUsername", "attribute": "auth-username", "kind": "text", "initial": ""},
    {"property": "password", "attribute": "password", "kind": "secret", "secret": true},
    {"property": "displayName", "attribute": "display-name", "kind": "text", "initial": ""},
    {"property": "cli", "attribute": "cli", "kind": "text", "initial": ""},
    {"property": "realm", "attribute": "realm", "kind": "text", "initial": ""},
    {"property": "theme", "attribute": "theme", "kind": "choice", "initial": "auto"},
    {"property": "layout", "attribute": "layout", "kind": "choice", "initial": "auto"},
    {"property": "country", "attribute": "country", "kind": "text", "initial": ""},
    {"property": "dial", "attribute": "dial", "kind": "text", "initial": ""},
    {"property": "loading", "attribute": "loading", "kind": "choice", "initial": "eager"},
    {"property": "demo", "attribute": "demo", "kind": "boolean", "initial": false},
    {"property": "autoAnswer", "attribute": "auto-answer", "kind": "boolean", "initial": false},
    {"property": "dnd", "attribute": "dnd", "kind": "boolean", "initial": false},
    {"property": "video", "attribute": "video", "kind": "boolean", "initial": false},
    {"property": "allowInsecure", "attribute": "allow-insecure", "kind": "boolean", "initial": false},
    {"property": "disabled", "attribute": "disabled", "kind": "boolean", "initial": false},
    {"property": "callWaiting", "attribute": "call-waiting", "kind": "choice", "initial": "on"},
    {"property": "maxCalls", "attribute": "max-calls", "kind": "integer", "initial": 8},
    {"property": "record", "attribute": "record", "kind": "choice", "initial": "off"},
    {"property": "recordTone", "attribute": "record-tone", "kind": "choice", "initial": "auto"},
    {"property": "recordPreference", "attribute": "record-preference", "kind": "choice", "initial": "none"},
    {"property": "noiseSuppression", "attribute": "noise-suppression", "kind": "choice", "initial": "browser"},
    {"property": "recover", "attribute": "recover", "kind": "choice", "initial": "auto"},
    {"property": "multiTab", "attribute": "multi-tab", "kind": "choice", "initial": "all"},
    {"property": "ringtone", "attribute": "ringtone", "kind": "text", "initial": "built-in"},
    {"property": "ringVolume", "attribute": "ring-volume", "kind": "integer", "initial": 100},
    {"property": "vibration", "attribute": "vibration", "kind": "choice", "initial": "on"},
    {"property": "iceServers", "attribute": "ice-servers", "kind": "ice", "initial": []},
    {"property": "iceServersUrl", "attribute": "ice-servers-url", "kind": "text", "initial": ""},
    {"property": "icePolicy", "attribute": "ice-policy", "kind": "choice", "initial": "all"},
    {"property": "codecs", "attribute": "codecs", "kind": "list", "initial": []},
    {"property": "registerExpires", "attribute": "register-expires", "kind": "integer", "initial": 600},
    {"property": "sessionExpires", "attribute": "session-expires", "kind": "integer", "initial": 1800},
    {"property": "dtmf", "attribute": "dtmf", "kind": "choice", "initial": "auto"},
    {"property": "featureCodes", "attribute": "feature-codes", "kind": "list", "initial": []},
    {"property": "infoPackages", "attribute": "info-packages", "kind": "list", "initial": []},
    {"property": "push", "attribute": "push", "kind": "list", "initial": []},
    {"property": "flows", "attribute": "flows", "kind": "integer", "initial": 1},
    {"property": "redirectPolicy", "attribute": "redirect-policy", "kind": "choice", "initial": "ask"},
    {"property": "emergencyNumbers", "attribute": "emergency-numbers", "kind": "list", "initial": []},
    {"property": "voicemail", "attribute": "voicemail", "kind": "text", "initial": ""},
    {"property": "testNumber", "attribute": "test-number", "kind": "text", "initial": ""},
    {"property": "lamps", "attribute": "lamps", "kind": "list", "initial": []},
    {"property": "pickup", "attribute": "pickup", "kind": "text", "initial": ""},
    {"property": "captureLinks", "attribute": "capture-links", "kind": "list", "initial": []},
    {"property": "notifications", "attribute": "notifications", "kind": "choice", "initial": "on"},
    {"property": "leaveGuard", "attribute": "leave-guard", "kind": "choice", "initial": "on"},
    {"property": "hotkeys", "attribute": "hotkeys", "kind": "list", "initial": ["on"]},
    {"property": "allowOrigins", "attribute": "allow-origins", "kind": "list", "initial": []},
    {"property": "callSounds", "attribute": "call-sounds", "kind": "choice", "initial": "on"},
    {"property": "announcements", "attribute": "announcements", "kind": "choice", "initial": "all"},
    {"property": "logLevel", "attribute": "log-level", "kind": "choice", "initial": "error"},
    {"property": "signIn", "attribute": "sign-in", "kind": "choice", "initial": "auto"},
    {"property": "credentials", "kind": "function"},
    {"property": "contactLookup", "kind": "function"},
    {"property": "wrapUp", "attribute": "wrap-up", "kind": "list", "initial": []},
    {"property": "constraints", "kind": "object"},
    {"property": "extraHeaders", "kind": "headers"},
    {"property": "strings", "kind": "strings"},
  ],
  methods: [
    "ready",
    "setConfig",
    "connect",
    "register",
    "unregister",
    "disconnect",
    "makeCall",
    "answer",
    "confirm",
    "reject",
    "redirect",
    "hangup",
    "hangupAll",
    "hold",
    "resume",
    "swap",
    "mute",
    "unmute",
    "dialpadPress",
    "sendDtmf",
    "transfer",
    "consult",
    "completeTransfer",
    "cancelTransfer",
    "conference",
    "split",
    "muteMember",
    "sendMessage",
    "sendInfo",
    "sendOptions",
    "subscribe",
    "unsubscribe",
    "publish",
    "pickUp",
    "startVideo",
    "stopVideo",
    "setCamera",
    "shareScreen",
    "startRecording",
    "pauseRecording",
    "stopRecording",
    "addProcessor",
    "removeProcessor",
    "setInput",
    "setOutput",
    "setRinger",
    "setVolume",
    "diagnose",
    "exportHistory",
    "logCall",
    "clearHistory",
    "forgetEverything",
    "getTrace",
    "show",
    "hide",
  ],
  events: {
    answer: {"bubbles": true, "cancelable": false, "handler": "onAnswer"},
    ringingout: {"bubbles": true, "cancelable": false, "handler": "onRingingOut"},
    ringingin: {"bubbles": true, "cancelable": true, "handler": "onRingingIn"},
    end: {"bubbles": true, "cancelable": false, "handler": "onEnd"},
    registered: {"bubbles": true, "cancelable": false, "handler": "onRegistered"},
    unregistered: {"bubbles": true, "cancelable": false, "handler": "onUnregistered"},
    error: {"bubbles": false, "cancelable": false, "handler": "onError"},
    ready: {"bubbles": false, "cancelable": false},
    statechange: {"bubbles": false, "cancelable": false},
    connecting: {"bubbles": false, "cancelable": false},
    reconnecting: {"bubbles": false, "cancelable": false},
    beforedial: {"bubbles": false, "cancelable": true},
    question: {"bubbles": false, "cancelable": false},
    hold: {"bubbles": false, "cancelable": false},
    resume: {"bubbles": false, "cancelable": false},
    recover: {"bubbles": false, "cancelable": false},
    mute: {"bubbles": false, "cancelable": false},
    unmute: {"bubbles": false, "cancelable": false},
    dtmf: {"bubbles": false, "cancelable": false},
    transfer: {"bubbles": false, "cancelable": true},
    diagnosis: {"bubbles": false, "cancelable": false},
    conference: {"bubbles": false, "cancelable": false},
    recording: {"bubbles": false, "cancelable": false},
    message: {"bubbles": false, "cancelable": false},
    info: {"bubbles": false, "cancelable": false},
    notify: {"bubbles": false, "cancelable": false},
    devicechange: {"bubbles": false, "cancelable": false},
    quality: {"bubbles": false, "cancelable": false},
    numberchange: {"bubbles": false, "cancelable": false},
    screenpop: {"bubbles": false, "cancelable": false},
    beforelog: {"bubbles": false, "cancelable": true},
    historychange: {"bubbles": false, "cancelable": false},
    leaderchange: {"bubbles": false, "cancelable": false},
  },
  readings: {
    calls: [],
    activeCall: null,
    state: "unconfigured",
    history: [],
    devices: [],
    stats: null,
    provedAt: null,
  },
  errors: {
    not_ready: ["The phone is still starting.", "Wait for the `ready` event."],
    not_configured: ["The phone has no server or user yet.", "Set host, username and password."],
    insecure_context: ["The browser gives no microphone to an insecure page.", "Open the page over https: or from localhost."],
    mic_denied: ["The microphone is blocked.", "Allow the microphone for this page in the browser's address bar, then try again."],
    mic_missing: ["No microphone was found.", "Plug in a microphone or headset and try again."],
    mic_busy: ["The microphone is in use by another program.", "Close the other program, then try again."],
    policy_blocked: ["The page around the phone does not let it use the microphone.", "Add allow=\"microphone; autoplay\" to the iframe."],
    sound_blocked: ["The browser holds the sound back.", "Press any key of the phone once."],
    connection_failed: ["The phone server does not answer.", "Check the network and the host setting; the phone keeps trying."],
    local_network_denied: ["The browser may not reach devices on the local network.", "Allow local network access for this page in the browser's settings."],
    auth_failed: ["The server refuses the user name or the password.", "Correct username and password."],
    register_failed: ["The server refuses the registration.", "Ask the administrator of the phone server."],
    busy: ["The line is busy.", "Call again later."],
    declined: ["The call was declined.", "Call again later."],
    not_found: ["There is nobody at that number.", "Check the number."],
    no_answer: ["Nobody answered.", "Call again later."],
    unavailable: ["They can't be reached at the moment.", "Call again later."],
    timeout: ["The server did not answer in time.", "Try again; check the network."],
    media_failed: ["The sound could not be set up.", "Try again; if it stays, the two sides share no codec or network path."],
    in_call: ["That can't be done during a call.", "End the call first."],
    no_call: ["There is no such call.", "Check the call's id, or start a call first."],
    unsupported: ["This phone can't do that yet.", "See the reference for what this version can do."],
    other_tab: ["The phone is active in another tab.", "Use it there, or move it here."],
    invalid_number: ["That is not a number or address to call.", "Type digits or user@domain."],
    invalid_config: ["A setting has a wrong value.", "Correct the setting."],
    cancelled: ["It was cancelled.", "Nothing needs to be done."],
    forbidden_origin: ["The page around the phone is not on its list.", "Add the page's origin to allow-origins."],
    internal: ["The phone made a mistake.", "Please report it with the text of the developer console."],
  },
  words: {
    frame_mute: ["The phone at {address} does not answer.", "Open that address by itself: it says what is wrong."],
    frame_boxed: ["The sandbox around the phone at {address} does not let it start.", "Write sandbox=\"allow-scripts allow-same-origin\"."],
    frame_removed: ["The phone was removed.", "Ask again."],
    frame_loaded_again: ["The frame was loaded again.", "Ask again."],
    function_in_frame: ["A function can't go into the frame.", "Set it as a property."],
    on_needs: ["on() needs the name of an event and a function.", "Write on(name, f)."],
    event_unknown: ["The phone has no event {name}.", "See the reference for the names."],
  },
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
});
