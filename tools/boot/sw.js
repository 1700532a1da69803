// Offline, for a page that asks for it: keeps one whole build, and serves it where the network does not.
const here = new URL("./", location).href;
const builds = `webphone ${here} `;
const lasting = (url) => url.startsWith(`${here}runtime/`); // its name changes with its content

const install = async () => {
  const pages = (await clients.matchAll({ type: "window", includeUncontrolled: true })).map(({ url }) => url.replace(/[?#].*/, ""));
  const urls = new Set([...FILES.map((name) => here + name), ...pages.filter((url) => url.startsWith(here))]);
  const cache = await caches.open(builds + BUILD);
  await cache.addAll([...urls].map((url) => new Request(url, { cache: lasting(url) ? "default" : "reload" })));
};
addEventListener("install", (event) => event.waitUntil(install()));
// Not before the last page of the old build is closed: that page may still ask for its parts.
const activate = async () => {
  const old = (await caches.keys()).filter((name) => name.startsWith(builds) && name !== builds + BUILD);
  await Promise.all(old.map((name) => caches.delete(name)));
};
addEventListener("activate", (event) => event.waitUntil(activate()));

const answer = async (request) => {
  const cache = await caches.open(builds + BUILD);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept && lasting(request.url) && request.cache !== "reload") return kept;
  try {
    const fresh = await fetch(request);
    if (fresh.ok && lasting(request.url)) await cache.put(request, fresh.clone());
    return fresh;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
};
addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(here)) event.respondWith(answer(event.request));
});

// A press on the notification of a call that rings: the page that has the call says so, and comes to the front.
const pressed = ({ action, notification }) => {
  const { webphone } = notification.data ?? {};
  if (!webphone) return; // a page's own
  notification.close();
  const ask = (page) => new Promise((then) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => then(page);
    page.postMessage({ webphone, action }, [port2]);
  });
  const nobody = new Promise((then) => setTimeout(then, 3000));
  return clients.matchAll({ type: "window", includeUncontrolled: true })
    .then((pages) => Promise.race([nobody, ...pages.map(ask)]))
    .then((page) => action === "decline" || page?.focus());
};
addEventListener("notificationclick", (event) => event.waitUntil(pressed(event)));
