// The browser's push service wakes this page for a call; where it is reached, the phone tells the server by `push` (RFC 8599).
const names = ["phone", "said", "wrong", "wake", "sleep"];
const [phone, said, wrong, wake, sleep] = names.map((id) => document.getElementById(id));
// What push_gateway.py says when it starts.
const key = "BBeWacQF42nPexWNvUNRZqR9qfydNg8c25vQ-QMKaqv8r_QLXPNck2QHgi-qaQoH2kSQk0CnqKRpqOjOeO9UnDE";
const possible = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const show = (subscription) => {
  wake.hidden = !possible || Boolean(subscription);
  sleep.hidden = !subscription;
  if (!possible) said.textContent = "This browser can't be woken. On an iPhone, put this page on the home screen first.";
  else said.textContent = subscription ? "Calls are announced here." : "Nobody hears of a call here.";
  if (subscription) phone.setAttribute("push", `pn-provider=webpush pn-prid=${encodeURIComponent(subscription.endpoint)}`);
  else phone.removeAttribute("push");
};
const quiet = async () => {
  const worker = await navigator.serviceWorker.ready;
  for (const note of await worker.getNotifications({ tag: "call" })) note.close();
};

if (possible) {
  await navigator.serviceWorker.register("push-worker.js");
  const worker = await navigator.serviceWorker.ready;
  // RFC 8599 §4.1.3: who is woken registers at once, and then the call that waits comes.
  navigator.serviceWorker.onmessage = () => phone.register().catch(() => {}); // the screen says what is wrong
  wake.onclick = async () => {
    wrong.textContent = "";
    try {
      if ((await Notification.requestPermission()) !== "granted") throw new Error("refused");
      show(await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
    } catch {
      wrong.textContent = "The browser does not allow it. Allow notifications for this page, beside its address.";
    }
  };
  sleep.onclick = async () => {
    await (await worker.pushManager.getSubscription())?.unsubscribe();
    show(null);
  };
  phone.onRingingIn = quiet; // from here on the phone itself says who is calling
  show(Notification.permission === "granted" ? await worker.pushManager.getSubscription() : null);
} else show(null);
