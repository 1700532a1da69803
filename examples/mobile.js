// Three parts, one of them seen; while there is a call, the phone is.
const names = ["title", "wrong", "people", "recent", "phone", "show-people", "show-recent", "show-keypad"];
const [title, wrong, people, recent, phone, ...buttons] = names.map((id) => document.getElementById(id));
const contacts = { 600: "Echo", 601: "Rings you back", 602: "Busy", 605: "Plays a tune" }; // yours would come from your service
const parts = { "show-people": people, "show-recent": recent, "show-keypad": phone };
let chosen = "show-people";

phone.contactLookup = (number) => contacts[number] && { name: contacts[number] };

const show = () => {
  const inCall = phone.calls.length > 0;
  for (const button of buttons) button.setAttribute("aria-pressed", button.id === chosen);
  for (const part of Object.values(parts)) part.hidden = part !== (inCall ? phone : parts[chosen]);
  title.textContent = inCall ? "Call" : document.getElementById(chosen).textContent;
};
for (const button of buttons) button.onclick = () => show((chosen = button.id));

const call = async (number) => {
  wrong.textContent = "";
  try {
    await phone.makeCall(number);
  } catch ({ code, message, hint }) { // no microphone, say: the sentences are made to be shown
    if (code !== "cancelled") wrong.textContent = `${message} ${hint}`;
  }
};
const row = (number, what, missed = false) => {
  const [line, text, button] = ["li", "div", "button"].map((tag) => document.createElement(tag));
  const [name, told] = ["strong", "div"].map((tag) => document.createElement(tag));
  const known = contacts[number] ?? number;
  name.textContent = known;
  told.textContent = what;
  told.className = "quiet";
  text.append(name, told);
  line.classList.toggle("missed", missed);
  Object.assign(button, { textContent: "Call", ariaLabel: `Call ${known}`, onclick: () => call(number) });
  line.append(text, button);
  return line;
};
people.replaceChildren(...Object.keys(contacts).map((number) => row(number, number)));

phone.addEventListener("historychange", () => {
  const lines = phone.history.slice(0, 50).map(({ direction, from, to, disposition, startedAt }) => {
    const missed = direction === "incoming" && disposition !== "answered";
    const at = new Date(startedAt).toLocaleTimeString([], { timeStyle: "short" });
    const way = missed ? "Missed" : direction === "incoming" ? "Came in" : "Went out";
    return row((direction === "incoming" ? from : to).number, `${way}, ${at}`, missed);
  });
  recent.replaceChildren(...lines);
});
for (const name of ["ringingin", "ringingout", "answer", "end"]) phone.addEventListener(name, () => queueMicrotask(show));
