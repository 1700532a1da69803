// Hears of a call while the page is closed. It knows nothing of SIP: it shows a notification and wakes the page.
const note = { tag: "call", body: "Open the phone to answer.", requireInteraction: true };
const pages = async () => {
  const open = await clients.matchAll({ type: "window", includeUncontrolled: true });
  return open.filter(({ url }) => url.startsWith(new URL("push.html", location)));
};

addEventListener("install", () => skipWaiting());
addEventListener("push", (event) => {
  const woken = pages().then((open) => open.forEach((page) => page.postMessage("call")));
  // A push without a notification is a promise broken: browsers then take the permission away.
  event.waitUntil(Promise.all([woken, registration.showNotification("Incoming call", note)]));
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(pages().then(([page]) => (page ? page.focus() : clients.openWindow("push.html"))));
});
