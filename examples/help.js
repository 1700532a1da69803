// A panel that opens and closes, and a call that does not care whether it is open.
const number = "600"; // the shop; in the demo an echo
const names = ["launcher", "panel", "ask", "topic", "phone", "said", "wrong"];
const [launcher, panel, ask, topic, phone, said, wrong] = names.map((id) => document.getElementById(id));
const time = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
let answeredAt = 0;

const open = (wanted) => {
  panel.hidden = !wanted;
  launcher.setAttribute("aria-expanded", wanted);
  if (wanted) phone.ready().catch(() => {}); // who reads the question has a phone when it is answered
};
const talk = (inCall) => {
  ask.hidden = inCall;
  phone.hidden = !inCall;
  show();
};
// Closed, the button is what is seen of the call.
const show = () => {
  const inCall = !phone.hidden;
  launcher.textContent = answeredAt ? `Talking ${time((Date.now() - answeredAt) / 1000)}` : inCall ? "Calling…" : "Help";
};
launcher.onclick = () => open(panel.hidden);
panel.onkeydown = ({ key }) => {
  if (key !== "Escape") return;
  open(false);
  launcher.focus();
};

ask.onsubmit = async (event) => {
  event.preventDefault();
  said.textContent = wrong.textContent = "";
  talk(true);
  try {
    await phone.makeCall(number, { headers: { "X-Topic": topic.value, "X-Page": location.href } });
  } catch ({ code, message, hint }) { // no microphone, say: the sentences are made to be shown
    talk(false);
    if (code !== "cancelled") wrong.textContent = `${message} ${hint}`;
  }
};
phone.onAnswer = () => talk(true, (answeredAt = Date.now()));
phone.onEnd = ({ disposition, explanation, talkSeconds }) => {
  const over = { answered: `Thank you for calling. We talked for ${time(talkSeconds)}.`, cancelled: "" };
  said.textContent = over[disposition] ?? `${explanation} Please try again later.`;
  talk(false, (answeredAt = 0));
};
setInterval(() => answeredAt && show(), 500);
