// The button, the time on it and the call are the phone's: the page has only its question.
const number = "600"; // the shop; in the demo an echo
const names = ["phone", "ask", "topic", "said", "wrong"];
const [phone, ask, topic, said, wrong] = names.map((id) => document.getElementById(id));

ask.onsubmit = async (event) => {
  event.preventDefault();
  said.textContent = wrong.textContent = "";
  try {
    await phone.makeCall(number, { headers: { "X-Topic": topic.value, "X-Page": location.href } });
  } catch ({ code, message, hint }) { // no microphone, say: the sentences are made to be shown
    if (code !== "cancelled") wrong.textContent = `${message} ${hint}`;
  }
};
phone.onEnd = ({ disposition }) => {
  said.textContent = disposition === "answered" ? "Thank you for calling." : "";
};
