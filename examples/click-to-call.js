// What the visitor presses becomes a method of the phone; what happens to the call comes as an event.
const number = "600"; // the workshop; in the demo an echo
const names = ["phone", "call", "said", "talking", "clock", "mute", "more", "hangup", "wrong"];
const [phone, call, said, talking, clock, mute, more, hangup, wrong] = names.map((id) => document.getElementById(id));
const time = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
let answeredAt = 0;

const show = (text, inCall) => {
  const focused = talking.contains(document.activeElement);
  said.textContent = text;
  call.hidden = inCall;
  talking.hidden = !inCall;
  if (!inCall && focused) call.focus();
};
const showPhone = (shown) => {
  phone.hidden = !shown;
  more.setAttribute("aria-expanded", shown);
};

// The hand on its way to the button starts the phone: it is up when the button is pressed.
for (const sign of ["pointerenter", "focus"]) call.addEventListener(sign, () => phone.ready().catch(() => {}));
call.onclick = async () => {
  wrong.textContent = clock.textContent = "";
  show("Connecting…", true);
  hangup.focus();
  try {
    await phone.makeCall(number, { headers: { "X-Page": location.href } });
  } catch ({ code, message, hint }) { // no microphone, say: the sentences are made to be shown
    show("", false);
    if (code !== "cancelled") wrong.textContent = `${message} ${hint}`;
  }
};
hangup.onclick = () => phone.hangup();
mute.onclick = () => phone.mute();
more.onclick = () => showPhone(phone.hidden);

phone.onRingingOut = () => show("It rings…", true);
phone.onAnswer = () => show("You are talking to the workshop.", true, (answeredAt = Date.now()));
phone.onEnd = ({ talkSeconds, disposition, explanation }) => {
  const over = { answered: `The call is over. It took ${time(talkSeconds)}.`, cancelled: "" };
  show(over[disposition] ?? `${explanation} Please try again later.`, false, (answeredAt = 0));
  showPhone(false);
};
for (const name of ["mute", "unmute"])
  phone.addEventListener(name, ({ detail }) => mute.setAttribute("aria-pressed", detail.muted));
setInterval(() => (clock.textContent = answeredAt ? time((Date.now() - answeredAt) / 1000) : ""), 500);
