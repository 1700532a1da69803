// What stands in a phone's place until Python is up: painted at once, it keeps what is pressed and typed.
const paint = (host, wake) => {
  const { element: phone, root } = host;
  const build = (node) => {
    if (typeof node === "string") return document.createTextNode(node);
    const [tag, attributes, ...below] = node;
    const built = tag[0] === "*" ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(1)) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) built.setAttribute(name, value);
    built.append(...below.map(build));
    return built;
  };
  const find = (selector) => root.querySelector(selector);
  const part = (name) => find(`[part="${name}"]`);
  if (paint.looks) root.adoptedStyleSheets = [paint.looks];
  root.replaceChildren(build(SHELL.screen));
  // Behind its round button, where the page wants it so.
  const [opener, closer] = phone.layout === "launcher" ? SHELL.launcher.map(build) : [];
  const pane = build(["div", { class: "launched", hidden: "" }]);
  if (opener) find(".card").before(opener, pane), pane.append(find(".card")), find("header").append(closer);
  const launch = (open) => {
    const button = part("launcher");
    pane.hidden = !open;
    button.setAttribute("aria-expanded", open);
    if (!open) button.focus();
    else if (getComputedStyle(button).visibility === "hidden") closer.focus();
  };
  performance.mark("webphone:shell");
  host.states(["loading"]);
  const [field, dial, status] = ["number-input", "dial", "status"].map(part);
  let { dial: prefilled } = phone;
  let asked = null; // the call that was pressed
  let words = {}; // of another language, by the English ones
  const said = (text) => {
    const [, name] = /: (.*)\.$/.exec(text) ?? []; // of a part
    return words[text] ?? words[text.replace(name, "{name}")]?.replace("{name}", name) ?? text;
  };
  field.value = prefilled;

  const refresh = () => {
    for (const node of root.querySelectorAll("[data-when]")) node.hidden = !node.dataset.when.split(" ").some((name) => phone[name]);
    for (const control of root.querySelectorAll("button, input")) control.disabled = phone.disabled;
    find(".body").toggleAttribute("data-tall", phone.showDialpad);
    part("title").textContent = phone.displayName || phone.username || said(SHELL.name);
    if (phone.dial !== prefilled) field.value = prefilled = phone.dial;
    part("delete").hidden = !field.value;
    const idle = (control, idles) => (idles ? control.setAttribute("aria-disabled", "true") : control.removeAttribute("aria-disabled"));
    idle(dial, !phone.disabled && (!field.value.trim() || host.waits(asked)));
    idle(part("recall"), !phone.disabled);
    idle(part("menu"), !phone.disabled);
  };
  const type = (value, pasted = false) => {
    host.gesture({ typed: (field.value = value), pasted });
    refresh();
  };
  const call = () => {
    const target = field.value.trim();
    if (host.waits(asked) || !target || !phone.showDial) return;
    host.gesture((asked = { name: "makeCall", args: [target] }));
    refresh();
  };
  // The rule of webphone.ui.keyboard.
  const listens = (key) => !["off", `no-${key.toLowerCase()}`].some((word) => phone.hotkeys.includes(word));
  const hear = {
    click: ({ target }) => {
      const pressed = target.closest("button");
      const name = pressed?.getAttribute("part");
      if (name === "key") type(field.value + pressed.firstChild.textContent);
      else if (name === "delete") type(field.value.slice(0, -1));
      else if (name === "dial") call();
      else if (/^launcher/.test(name)) launch(pane.hidden);
    },
    input: ({ target, inputType }) => type(target.value, /^insertFrom(Paste|Drop)/.test(inputType)),
    keydown: (event) => {
      const { key, target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || phone.disabled) return;
      if (opener && (pane.hidden || key === "Escape")) return pane.hidden || !listens(key) || launch(false);
      if (key === "Enter") return target.tagName === "BUTTON" || (event.preventDefault(), call());
      if (target === field || !listens(key)) return;
      if (key !== "Backspace" && !/^[0-9*#+]$/.test(key)) return;
      event.stopPropagation();
      type(key === "Backspace" ? field.value.slice(0, -1) : field.value + key);
    },
  };
  // What the page has in a slot is its own; Escape closes what it stands in.
  for (const [name, f] of Object.entries(hear))
    hear[name] = (event) => (event.target.closest("web-phone > [slot]") ? opener && event.key === "Escape" && launch(false) : f(event));
  for (const [name, f] of Object.entries(hear)) root.addEventListener(name, f);
  for (const name of ["pointerenter", "pointerdown", "focusin", "keydown"]) phone.addEventListener(name, wake, { passive: true });
  refresh();
  return {
    changed: refresh,
    progress: (share) => {
      status.hidden = false;
      status.lastChild.textContent = `${said(SHELL.starting)} ${Math.round(share * 100)} %`;
      find("[role=status]").textContent ||= said(SHELL.starting);
    },
    spoken: (given) => {
      const { lang, dir, ...rest } = given;
      words = rest;
      Object.assign(root.firstElementChild, { lang, dir });
      for (const node of root.querySelectorAll("*")) {
        for (const { name, value } of [...node.attributes]) if (Object.hasOwn(words, value)) node.setAttribute(name, words[value]);
        for (const text of node.childNodes) if (text.nodeType === 3 && Object.hasOwn(words, text.data)) text.data = words[text.data];
      }
      root.firstElementChild.setAttribute("aria-label", said(SHELL.name));
      refresh();
    },
    failed: (error) => {
      const [message, hint] = [said(error.message), said(error.hint)];
      if (!paint.looks) return void (root.textContent = `${message} ${hint}`);
      status.hidden = true;
      const banner = build(SHELL.fault);
      banner.querySelector(".sentence").textContent = message;
      banner.querySelector(".hint").textContent = hint;
      find(".body").before(banner);
      find("[role=alert]").textContent = `${message} ${hint}`;
      host.states(["error"]);
    },
    left: () => {
      for (const [name, f] of Object.entries(hear)) root.removeEventListener(name, f);
      for (const name of ["pointerenter", "pointerdown", "focusin", "keydown"]) phone.removeEventListener(name, wake);
    },
  };
};
try {
  paint.looks = new CSSStyleSheet();
  paint.looks.replaceSync(SHELL.looks);
} catch {} // an old browser
