// Values that no page should give a phone, by what is wrong with them.
window.__hostile = () => {
  const itself = {};
  itself.self = itself;
  const list = [];
  list.push(list);
  const deep = {};
  for (let [inner, n] = [deep, 0]; n < 500; n++) inner = inner.x = {};
  const fail = () => { throw new Error("the page's own mistake"); };
  const handler = { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  return {
    empty: "", nul: "a\0b", broken: "a\r\nX-Evil: 1", markup: "<img src=x onerror='window.__evil=1'>",
    long: "x".repeat(10240), emoji: "\u{1f600}", half: "\ud800x", turned: "\u202eevil\u2066",
    fraction: 1.5, nan: NaN, endless: Infinity, negative: -1, big: 10n ** 40n, true: true,
    symbol: Symbol("s"), function: fail, object: {}, inside: { f: fail }, wrong: { audio: NaN },
    list: [], nested: [1, [2]], date: new Date(NaN), map: new Map([["a", 1]]), set: new Set([1]),
    class: class {}, error: new Error("x"), promise: Promise.resolve(1), itself, around: list, deep,
    thrower: { get password() { return fail(); }, get host() { return fail(); } },
    proxy: new Proxy({}, handler), revoked: revoked.proxy, bare: Object.create(null),
    node: document.body, window, bytes: new Uint8Array(3), worded: { toString: fail },
  };
};
// What each value does as each property: {property, value, threw, told: [{code, message, hint}]}.
window.__set_all = async (phone) => {
  const outcomes = [];
  for (const { property } of __webphone.settings.filter(({ property }) => property !== "demo"))
    for (const [name, value] of Object.entries(__hostile())) {
      const told = [];
      const hear = ({ detail: { code, message, hint } }) => told.push({ code, message, hint });
      let threw = null;
      phone.addEventListener("error", hear);
      try { phone[property] = value; } catch (error) { threw = String(error); }
      await phone.ready();
      phone[property] = null;
      await phone.ready();
      phone.removeEventListener("error", hear);
      outcomes.push({ property, value: name, threw, told });
    }
  return outcomes;
};
// And as an argument of each method: {method, value, at, outcome}, an outcome being "done" or an error.
window.__call_all = async (phone) => {
  const outcomes = [];
  for (const method of [...__webphone.methods, "on", "off"])
    for (const [value, given] of Object.entries(__hostile()))
      for (const [at, args] of [[given], ["100", given]].entries()) {
        let outcome;
        try {
          const patience = new Promise((then) => setTimeout(then, 10_000, { code: "stuck" }));
          const told = ({ name, code, message, hint }) => ({ name, code, message, hint });
          outcome = await Promise.race([phone[method](...args).then(() => "done", told), patience]);
        } catch (error) { outcome = { code: "thrown", message: String(error) }; }
        outcomes.push({ method, value, at, outcome });
        if (phone.calls.length) await phone.hangupAll();
      }
  return outcomes;
};
