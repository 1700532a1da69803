// Nothing here carries the call into the form: the phone is a field like the others.
const names = ["contact", "fields", "call", "wrong", "lock", "nothing", "sent"];
const [contact, fields, call, wrong, lock, nothing, sent] = names.map((id) => document.getElementById(id));
const { customer, outcome } = contact.elements;

customer.addEventListener("change", () => (call.dial = customer.value));
call.onEnd = ({ disposition }) => {
  wrong.textContent = "";
  outcome.value = disposition === "answered" ? "Reached" : "Not reached";
};
lock.addEventListener("click", () => {
  fields.disabled = !fields.disabled; // freezes the phone's controls; a call goes on
  lock.setAttribute("aria-pressed", fields.disabled);
});
contact.addEventListener("reset", () => {
  wrong.textContent = "";
  call.dial = customer.options[0].value; // the record is emptied by the browser
});
contact.addEventListener("submit", (event) => {
  event.preventDefault(); // a form with action and method would now send the same fields
  const data = new FormData(contact);
  if (!data.get("call")) {
    wrong.textContent = "Make the call first: its record belongs to the contact.";
    return call.focus();
  }
  nothing.hidden = true;
  sent.replaceChildren(...[...data].flatMap(([name, value]) => [make("dt", name), make("dd", "", shown(name, value))]));
});

const make = (tag, text, ...children) => {
  const made = Object.assign(document.createElement(tag), { textContent: text });
  made.append(...children);
  return made;
};
const shown = (name, value) => {
  if (name !== "call") return value;
  const { to, disposition, talkSeconds } = JSON.parse(value);
  const inShort = `${to.number} ${disposition}, ${talkSeconds.toFixed()} s`;
  return make("details", "", make("summary", inShort), make("small", value));
};
