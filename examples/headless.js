// Everything that a phone does, by its methods; everything that happens to it, by its events.
const names = ["phone", "state", "dial", "keys", "wrong", "calls", "records"];
const [phone, state, dial, keys, wrong, calls, records] = names.map((id) => document.getElementById(id));
const element = (tag, more, ...children) => {
  const made = Object.assign(document.createElement(tag), more);
  made.append(...children);
  return made;
};
// A method of the phone; when it is refused, its sentences say why.
const ask = (method, ...given) => {
  wrong.textContent = "";
  phone[method](...given).catch(({ message, hint }) => (wrong.textContent = `${message} ${hint}`));
};
const looks = { answer: "main", reject: "danger", hangup: "danger" };
const button = (textContent, ...wish) =>
  element("button", { type: "button", className: looks[wish[0]] ?? "", textContent, onclick: () => ask(...wish) });

keys.append(...Array.from("123456789*0#", (key) => button(key, "dialpadPress", key)));
phone.addEventListener("numberchange", ({ detail }) => (dial.elements.number.value = detail.number));
dial.onsubmit = (event) => {
  event.preventDefault();
  ask("makeCall", dial.elements.number.value); // a call that goes on is put on hold
};

const words = { dialling: "Calling", ringing: "Ringing", early: "Ringing", active: "Talking", held: "On hold" };
const row = ({ id, state, direction, from, to, answeredAt, muted, heldBy }) => {
  const other = direction === "incoming" ? from : to;
  const wishes =
    state === "ringing" && other === from
      ? [button("Answer", "answer", id), button("Decline", "reject", id)]
      : [
          ["local", "both"].includes(heldBy) ? button("Resume", "resume", id) : button("Hold", "hold", id),
          button(muted ? "Unmute" : "Mute", "mute", !muted, id),
          button("Hang up", "hangup", id),
        ];
  wishes.forEach((wish, place) => (wish.id = `${id}-${place}`));
  const clock = element("time", { className: "time", dateTime: answeredAt ?? "" });
  return element("li", { className: "stack" },
    element("div", { className: "row" }, element("strong", {}, other.displayName || other.number), words[state], clock),
    element("div", { className: "even" }, ...wishes));
};
const draw = () => {
  const focused = calls.contains(document.activeElement) && document.activeElement.id;
  state.textContent = { registered: "Ready", failed: "Not signed in" }[phone.state] ?? phone.state;
  calls.replaceChildren(...phone.calls.map(row));
  tick();
  if (focused) (document.getElementById(focused) ?? dial.elements.number).focus();
};
const tick = () => {
  for (const clock of calls.querySelectorAll("[datetime^='2']"))
    clock.textContent = new Date(Math.max(0, Date.now() - Date.parse(clock.dateTime))).toISOString().slice(14, 19);
};
setInterval(tick, 1000);
for (const name of "statechange ringingout ringingin answer hold resume mute unmute end".split(" "))
  phone.addEventListener(name, draw);
phone.onEnd = ({ direction, from, to, disposition, talkSeconds }) => {
  const other = direction === "incoming" ? `From ${from.number}` : `To ${to.number}`;
  records.prepend(element("li", {}, `${other}: ${disposition}, ${Math.round(talkSeconds)} s`));
};
phone.onError = ({ message, hint }) => (wrong.textContent = `${message} ${hint}`);
