// The demo page: the form sets the phone's attributes, the list shows its events.
(() => {
  const [phone, form, log] = ["phone", "settings", "log"].map((id) => document.getElementById(id));
  const piece = (tag, textContent) => Object.assign(document.createElement(tag), { textContent });

  // What a person set stays, but for the password; a browser that keeps nothing is no fault.
  const kept = "webphone-page";
  const recall = (name) => { try { return localStorage.getItem(`${kept}-${name}`); } catch { return null; } };
  const remember = (name, value) => { try { value === null ? localStorage.removeItem(`${kept}-${name}`) : localStorage.setItem(`${kept}-${name}`, value); } catch {} };
  const read = (text) => {
    try {
      const given = JSON.parse(text);
      return typeof given === "object" ? given : null;
    } catch {
      return null;
    }
  };
  const drawer = document.getElementById("drawer");
  drawer.addEventListener("beforetoggle", ({ newState }) => remember("drawer", newState));
  drawer.addEventListener("keydown", ({ key }) => key === "Escape" && drawer.hidePopover());
  if (recall("drawer") === "open") drawer.showPopover();

  const inside = "inside" in document.documentElement.dataset; // the one file that holds everything
  document.getElementById("notice").hidden = location.protocol !== "file:" || inside;
  // Served by the built-in exchange, each tab takes the next free name of these and signs in.
  const names = ["alice", "bob", "carol", "dave", "erin", "frank"];
  const host = new URL("/ws", location.href.replace(/^http/, "ws")).href; // of the exchange that serves this page
  const tell = (textContent) => Object.assign(document.getElementById("welcome"), { textContent, hidden: false });
  const welcome = (mine) => {
    const other = names.find((name) => name !== mine);
    tell(`You are ${mine}. Open this page in another tab, and call ${other}; or call 600 and hear yourself.`);
    // The numbers are those of this exchange, and of no other server.
    phone.addEventListener("registered", ({ detail }) => document.body.toggleAttribute("data-exchange", detail.server === host));
    phone.addEventListener("statechange", ({ detail }) => detail.state === "registered" || document.body.removeAttribute("data-exchange"));
    document.title = `${mine} - Webphone`;
    const account = { host, username: mine, password: "demo", realm: location.hostname, "display-name": mine };
    for (const [name, value] of Object.entries(account)) form.elements[name].value = value;
    if (!form.elements.dial.value) form.elements.dial.value = other;
    form.elements["auto-register"].checked = true;
    fields().forEach(apply);
  };
  const take = (left) =>
    left.length &&
    navigator.locks.request(`webphone-demo-${left[0]}`, { ifAvailable: true }, (lock) => {
      if (!lock) return void take(left.slice(1));
      welcome(left[0]);
      return new Promise(() => {}); // the name is this tab's until it closes
    });

  const apply = ({ name, type, checked, value }) => {
    if (name.startsWith("show-")) checked ? phone.removeAttribute(name) : phone.setAttribute(name, "false");
    else if (type === "checkbox") phone.toggleAttribute(name, checked);
    else if (value && value !== "auto") phone.setAttribute(name, value);
    else phone.removeAttribute(name);
  };
  // What a page of one's own would say; a password never stands in an attribute for long.
  const write = () => {
    const given = [...phone.attributes].map(({ name, value }) => ` ${name}${value && `="${value.replaceAll('"', "&quot;")}"`}`);
    document.getElementById("markup").textContent = `<script src="webphone.js"></${"script"}>\n<web-phone${given.join("")}></web-phone>`;
  };
  new MutationObserver(write).observe(phone, { attributes: true });
  write();
  const fields = () => [...form.elements].filter((field) => field.name);
  const [arrival] = performance.getEntriesByType("navigation");
  const exchange = arrival?.serverTiming?.some(({ name }) => name === "webphone-exchange");
  const before = exchange ? null : read(recall("settings"));
  if (exchange) take(names);
  if (before) {
    for (const field of fields()) {
      if (!(field.name in before)) continue;
      field.type === "checkbox" ? (field.checked = before[field.name]) : (field.value = before[field.name]);
    }
    fields().forEach(apply);
  } else if (inside) {
    tell("This phone needs no server: call 600 and hear yourself. For a server of yours, untick the demo.");
    form.elements.demo.checked = true;
    form.elements.dial.value = "600";
    fields().forEach(apply);
  }
  // The phone takes a link of another page from the address by itself (capture-links). Apps that were installed from an older
  // build, and bookmarks, still say `dial`.
  const here = new URL(location.href), old = here.searchParams.get("dial")?.trim();
  if (old) {
    here.searchParams.delete("dial");
    here.searchParams.set("webphone-dial", /^(tel|sips?):/i.test(old) ? old : `tel:${old}`);
    history.replaceState(history.state, "", here);
  }
  document.getElementById("numbers").addEventListener("click", ({ target: { localName, textContent } }) => {
    if (localName === "button") apply(Object.assign(form.elements.dial, { value: textContent }));
  });
  // Whoever names a server wants to use it.
  form.elements.host.addEventListener("input", () => (form.elements.demo.checked = false));

  form.addEventListener("change", ({ target }) => /checkbox|select/.test(target.type) && apply(target));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fields().forEach(apply);
    const given = fields().filter(({ name }) => name !== "password" && name !== "dial");
    remember("settings", JSON.stringify(Object.fromEntries(given.map(({ name, type, checked, value }) => [name, type === "checkbox" ? checked : value]))));
    phone.register?.().catch((error) => console.info(error.message));
  });

  form.addEventListener("reset", () => {
    remember("settings", null);
    setTimeout(() => fields().forEach(apply)); // the fields are empty only then
  });

  const events =
    "ready connecting reconnecting registered unregistered ringingin ringingout answer hold resume " +
    "mute unmute dtmf transfer end error message notify numberchange";
  for (const name of events.split(" "))
    phone.addEventListener(name, ({ detail }) => {
      const line = document.createElement("li");
      const [time, told] = [new Date().toLocaleTimeString(), detail == null ? "" : JSON.stringify(detail)];
      line.append(piece("b", name), piece("time", time), piece("code", told));
      log.prepend(line);
      if (log.children.length > 200) log.lastElementChild.remove();
    });
})();
