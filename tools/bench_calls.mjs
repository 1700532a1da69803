// One page of tools/bench_calls.py: JsSIP or SIP.js as its own documentation has it, behind buttons.
import JsSIP from "jssip";
import { Web } from "sip.js";

const asked = new URLSearchParams(location.search);
const [who, name, url] = ["who", "name", "url"].map((key) => asked.get(key));
const automatic = asked.has("automatic");
const iceServers = JSON.parse(asked.get("turn") ?? "[]");
const sound = document.querySelector("audio");
const press = (id, deed) => document.getElementById(id).addEventListener("click", deed);
const bench = (globalThis.bench = { up: false, rings: false, talks: false, hangUp() {} });

function jssip() {
  const agent = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(url)], uri: `sip:${name}@bench.test`, password: "demo",
  });
  let session = null;
  const how = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers } };
  const over = () => Object.assign(bench, { rings: false, talks: false });
  agent.on("registered", () => (bench.up = true));
  agent.on("newRTCSession", ({ originator, session: next }) => {
    session = next;
    const hear = () => session.connection.addEventListener("track",
      ({ track }) => (sound.srcObject = new MediaStream([track])));
    if (session.connection) hear(); else session.on("peerconnection", hear);
    session.on("confirmed", () => (bench.talks = true));
    session.on("ended", over);
    session.on("failed", over);
    if (originator !== "remote") return;
    bench.rings = true;
    if (automatic) session.answer(how);
  });
  press("dial", () =>
    agent.call(`sip:${bench.target}@bench.test`, how));
  press("answer", () => session.answer(how));
  bench.hangUp = () => session.terminate();
  agent.start();
}

async function sipjs() {
  const user = new Web.SimpleUser(url, {
    aor: `sip:${name}@bench.test`,
    media: { constraints: { audio: true, video: false }, remote: { audio: sound } },
    userAgentOptions: {
      authorizationUsername: name, authorizationPassword: "demo", logLevel: "error",
      sessionDescriptionHandlerFactoryOptions: { peerConnectionConfiguration: { iceServers } },
    },
    delegate: {
      onCallReceived() {
        bench.rings = true;
        if (automatic) user.answer();
      },
      onCallAnswered: () => (bench.talks = true),
      onCallHangup: () => Object.assign(bench, { rings: false, talks: false }),
      onRegistered: () => (bench.up = true),
    },
  });
  press("dial", () => user.call(`sip:${bench.target}@bench.test`));
  press("answer", () => user.answer());
  bench.hangUp = () => user.hangup();
  await user.connect();
  await user.register();
}

if (who === "JsSIP") jssip(); else sipjs();
