// Whoever has wrapped up is available; meanwhile, and in a break, callers hear busy (`dnd`).
const names = ["phone", "available", "away", "said", "customer", "wrap-up", "answered", "missed", "average", "log"];
const [phone, available, away, said, customer, wrapUp, answered, missed, average, log] = names.map((id) => document.getElementById(id));
const customers = { 600: "Echo Ltd, Bergen", 601: "Callback & Sons, Graz" };
const other = ({ direction, from, to }) => (direction === "incoming" ? from : to);
const records = [];
let onBreak = false;

const present = () => {
  const wrapping = !wrapUp.hidden;
  phone.dnd = onBreak || wrapping;
  available.setAttribute("aria-pressed", !onBreak);
  away.setAttribute("aria-pressed", onBreak);
  said.textContent = wrapping ? "Wrapping up: no calls come in." : onBreak ? "On a break: no calls come in." : "Calls come in.";
};
available.onclick = () => present((onBreak = false));
away.onclick = () => present((onBreak = true));

phone.contactLookup = (number) => customers[number] && { name: customers[number] }; // yours would ask the CRM

const show = (call) => {
  const { number, displayName } = other(call);
  customer.textContent = `${customers[number] ?? (displayName || "Unknown")} (${number})`;
};
phone.onRingingIn = show;
phone.onAnswer = show;
phone.addEventListener("resume", () => show(phone.activeCall));
phone.onEnd = (record) => {
  records.push(record);
  const talks = records.filter(({ answeredAt }) => answeredAt).map(({ talkSeconds }) => talkSeconds);
  answered.textContent = talks.length;
  missed.textContent = records.length - talks.length;
  average.textContent = talks.length ? `${Math.round(talks.reduce((sum, each) => sum + each) / talks.length)} s` : "-";
  // After the last of several calls, and if it came in.
  if (record.answeredAt && record.direction === "incoming" && !phone.calls.length) wrapUp.hidden = false;
  present();
};
wrapUp.onsubmit = (event) => {
  event.preventDefault(); // yours would send it on: the record, the reason and the notes
  const { reason, notes } = Object.fromEntries(new FormData(wrapUp));
  const line = document.createElement("li");
  line.textContent = `${customer.textContent}: ${reason}${notes && `, ${notes}`}`;
  log.prepend(line);
  wrapUp.reset();
  wrapUp.hidden = true;
  customer.textContent = "No call.";
  present();
};
present();
