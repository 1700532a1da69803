// Whoever has wrapped up is available; meanwhile, and in a break, callers hear busy (`dnd`).
const names = ["phone", "available", "away", "said", "customer", "answered", "missed", "average", "log"];
const [phone, available, away, said, customer, answered, missed, average, log] = names.map((id) => document.getElementById(id));
const customers = { 600: "Echo Ltd, Bergen", 601: "Callback & Sons, Graz" };
const other = ({ direction, from, to }) => (direction === "incoming" ? from : to);
const records = [];
let onBreak = false, wrapping = 0; // so many calls wait for their note

const present = () => {
  phone.dnd = onBreak || wrapping > 0;
  available.setAttribute("aria-pressed", !onBreak);
  away.setAttribute("aria-pressed", onBreak);
  said.textContent = wrapping ? "Wrapping up: no calls come in." : onBreak ? "On a break: no calls come in." : "Calls come in.";
};
available.onclick = () => present((onBreak = false));
away.onclick = () => present((onBreak = true));

phone.wrapUp = ["Order", "Complaint", "Call back later", "Other"];
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
  if (record.answeredAt && record.direction === "incoming") wrapping += 1;
  present();
};
phone.addEventListener("beforelog", ({ detail: record }) => { // yours would send it on to the CRM
  const { outcome, note } = record, line = document.createElement("li");
  line.textContent = [`${record.displayName || other(record).number}: ${outcome || "no outcome"}`, note].filter(Boolean).join(", ");
  log.prepend(line);
  if (record.direction === "incoming") wrapping -= 1;
  if (!phone.calls.length) customer.textContent = "No call.";
  present();
});
present();
