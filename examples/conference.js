// Who is in a call, `phone.calls` knows; who of them speaks or is silenced, the event `conference` says.
const names = ["phone", "said", "people", "start", "wrong"];
const [phone, said, people, start, wrong] = names.map((id) => document.getElementById(id));
const rows = new Map(); // by number
let [members, waiting] = [[], []]; // of the conference; to be called, one after the other

const ask = (method, ...given) => {
  wrong.textContent = "";
  return phone[method](...given).catch(({ code, message, hint }) => {
    if (code !== "cancelled") wrong.textContent = `${message} ${hint}`; // sentences that are made to be shown
  });
};
const numberOf = ({ direction, from, to }) => (direction === "incoming" ? from : to).number;
const callOf = (number) => phone.calls.find((call) => numberOf(call) === number);
const here = () => phone.calls.filter(({ answeredAt }) => answeredAt);
// Those who have answered wait on hold while the next one rings; then all are joined.
const next = () => {
  if (waiting.length) ask("makeCall", waiting.shift()).then(draw);
  else if (here().length > 1) ask("conference");
};

const words = { dialling: "Calling", ringing: "Ringing", early: "Ringing", active: "Here", held: "On hold" };
const outcomes = { answered: "Has left", busy: "Is busy", rejected: "Can't come", "no-answer": "Doesn't answer" };
const add = (number, name = number) => {
  const [line, text, who, told, button] = ["li", "div", "strong", "div", "button"].map((tag) => document.createElement(tag));
  who.textContent = name;
  told.className = "quiet";
  button.onclick = () => (callOf(number) ? ask("muteMember", callOf(number).id) : call(number));
  text.append(who, told);
  line.append(text, button);
  people.append(line);
  rows.set(number, { name, line, told, button, outcome: "Not called yet" });
};
const call = (...numbers) => {
  waiting.push(...numbers);
  if (here().length === phone.calls.length) next();
};
const draw = () => {
  for (const call of phone.calls) if (!rows.has(numberOf(call))) add(numberOf(call), call.displayName || numberOf(call));
  for (const [number, { name, line, told, button, outcome }] of rows) {
    const { id, state, conference } = callOf(number) ?? {};
    const { speaking = false, muted = false } = members.find((member) => member.id === id) ?? {};
    line.classList.toggle("speaking", speaking);
    told.textContent = muted ? "Nobody hears them" : speaking ? "Speaks" : words[state] ?? outcome;
    Object.assign(button, { textContent: id ? "Silence" : "Call", ariaPressed: id ? muted : null });
    Object.assign(button, { ariaLabel: `${button.textContent} ${name}`, disabled: Boolean(id && !conference) });
  }
  said.textContent = here().length ? `${here().length + 1} are here, with you.` : "Nobody is here yet.";
  start.disabled = phone.calls.length > 0;
};
start.onclick = () => call(...rows.keys());
phone.contactLookup = (number) => rows.has(number) && { name: rows.get(number).name };
phone.onAnswer = next;
phone.onEnd = (record) => {
  const row = rows.get(numberOf(record));
  if (row) row.outcome = outcomes[record.disposition] ?? "Was not reached";
  if (!record.answeredAt && record.direction === "outgoing") next(); // but who talks in private goes on so
};
phone.addEventListener("conference", ({ detail }) => ({ members } = detail));
for (const name of "ringingout ringingin answer hold resume conference end".split(" ")) phone.addEventListener(name, draw);
add("601", "Ada Back"); // yours would come from a calendar
add("605", "Cleo Queue");
add("602", "Bo Busy");
draw();
