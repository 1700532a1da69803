// JsSIP, SIP.js and our own reader and writer in one Node, asked in turns by tools/bench_sip.py. The
// first line of input is what all need, each further one {who, what, times}; each gets one line back.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

process.on("uncaughtException", (error) => {
  // Node would print the one line of minified code that threw.
  console.error(String(error?.stack ?? error).slice(0, 4000));
  process.exit(2);
});

const require = createRequire(import.meta.url);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const asked = async () => JSON.parse((await lines.next()).value ?? "null");
const { root, sdp, messages, trimmed } = await asked();
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const module = (...path) => import(pathToFileURL(join(root, "node_modules", ...path)));
const encoder = new TextEncoder();
const HEADERS = ["contact", "record-route", "allow", "supported"];

// A call that was answered over two proxies.
const DIALOG = { call_id: "5d17ab1000-3c5f-4e0a-8b26-91d4c7e0f2a8", from_tag: "b1000d920", to_tag: "r100061fe",
  route_set: ["<sip:10.20.0.0:5060;lr;nat=yes;ftag=f1000a7c21>",
    "<sip:edge-1000.example.net;transport=ws;lr;ftag=f1000a7c21>"] };

function jssip() {
  const { parseMessage } = require("jssip/lib/Parser");
  const { OutgoingRequest } = require("jssip/lib/SIPMessage");
  const NameAddrHeader = require("jssip/lib/NameAddrHeader");
  const URI = require("jssip/lib/URI");
  let answer = "";
  const target = new URI("sip", "renee", "example.net");
  const server = new URI("sip", null, "example.net");
  const me = new URI("sip", "bob", "example.net");
  const contact = new URI("sip", "u3k3v9q2", "b7d2m1c9x4t8.invalid", null, { transport: "ws", ob: null });
  const configuration = { uri: me, display_name: "Bob", user_agent: "Example Phone", session_timers: true,
    jssip_id: "a1b2c" };
  const ua = { configuration, contact: {} };
  let number = 1;
  const registered = `Contact: ${new NameAddrHeader(contact)};expires=600`;
  const remote = new URI("sip", "renee.1000", "h8r5p0c2l7w4.invalid", null, { transport: "ws" });
  const dialog = { ...DIALOG, from_uri: me, to_uri: target };
  const extra = () => [`Contact: ${new NameAddrHeader(contact)}`, "Content-Type: application/sdp"];
  const sent = (request) => {
    request.setHeader("via", `SIP/2.0/WSS b7d2m1c9x4t8.invalid;branch=z9hG4bK${Math.floor(Math.random() * 1e7)}`);
    return request;
  };
  return {
    parse: (data) => {
      const message = parseMessage(data, ua);
      message.server_transaction = { receiveResponse: (code, text) => (answer = text) };
      return message;
    },
    read(data) {
      const message = parseMessage(data, ua);
      return [message.via_branch, message.from_tag, message.from.uri, message.to_tag, message.to.uri,
        message.call_id, message.cseq, message.body, message.getHeader("content-type"),
        ...HEADERS.map((name) => message.getHeaders(name)),
        message.getHeaders("contact").map((_, at) => message.parseHeader("contact", at)),
        message.getHeaders("record-route").map((_, at) => message.parseHeader("record-route", at))];
    },
    INVITE: () => sent(new OutgoingRequest("INVITE", target, ua, {}, extra(), sdp)),
    "200 of INVITE": (message) => (message.reply(200, null, extra().slice(0, 1), sdp), answer),
    "180 of INVITE": (message) => (message.reply(180, null, extra().slice(0, 1)), answer),
    // As its Registrator and its Dialog call it, the Contact as text that stays.
    REGISTER: () => sent(new OutgoingRequest("REGISTER", server, ua, { to_uri: me, call_id: "a1b2c8e20fd", cseq: (number += 1) },
      [registered, "Expires: 600"])),
    ACK: () => sent(new OutgoingRequest("ACK", remote, ua, { ...dialog, cseq: 1 })),
    BYE: () => sent(new OutgoingRequest("BYE", remote, ua, { ...dialog, cseq: (number += 1) })),
  };
}

async function sipjs() {
  const { Parser } = await module("sip.js", "lib", "core", "messages", "parser.js");
  const { OutgoingRequestMessage } = await module("sip.js", "lib", "core", "messages", "outgoing-request-message.js");
  const { constructOutgoingResponse } = await module("sip.js", "lib", "core", "messages", "outgoing-response.js");
  const { URI } = await module("sip.js", "lib", "grammar", "uri.js");
  const { NameAddrHeader } = await module("sip.js", "lib", "grammar", "name-addr-header.js");
  const target = new URI("sip", "renee", "example.net");
  const server = new URI("sip", "", "example.net");
  const me = new URI("sip", "bob", "example.net");
  const contact = new URI("sip", "u3k3v9q2", "b7d2m1c9x4t8.invalid", undefined, { transport: "ws", ob: null });
  const options = { fromDisplayName: "Bob", viaHost: "b7d2m1c9x4t8.invalid", callIdPrefix: "a1b2c",
    userAgentString: "Example Phone", optionTags: ["100rel", "timer", "outbound"] };
  let number = 1;
  const registered = `Contact: ${new NameAddrHeader(contact, "", {})};expires=600`;
  const remote = new URI("sip", "renee.1000", "h8r5p0c2l7w4.invalid", undefined, { transport: "ws" });
  const dialog = { callId: DIALOG.call_id, fromTag: DIALOG.from_tag, toTag: DIALOG.to_tag, routeSet: DIALOG.route_set };
  const body = { contentDisposition: "session", contentType: "application/sdp", content: sdp };
  const allow = "Allow: INVITE,ACK,CANCEL,BYE,UPDATE,MESSAGE,OPTIONS,REFER,INFO,NOTIFY";
  const extra = () => [`Contact: ${new NameAddrHeader(contact, "", {})}`];
  const sent = (request) => {
    request.setViaHeader(`z9hG4bK${Math.floor(Math.random() * 1e7)}`, "WSS");
    return request;
  };
  const parse = (data) => Parser.parseMessage(data, console);
  return {
    parse,
    read(data) {
      const message = parse(data);
      return [message.viaBranch, message.fromTag, message.from.uri, message.toTag, message.to.uri,
        message.callId, message.cseq, message.body, message.getHeader("content-type"),
        ...HEADERS.map((name) => message.getHeaders(name)),
        message.getHeaders("contact").map((_, at) => message.parseHeader("contact", at)),
        message.getHeaders("record-route").map((_, at) => message.parseHeader("record-route", at))];
    },
    INVITE: () => sent(new OutgoingRequestMessage("INVITE", target, me, target, options,
      [...extra(), allow], body)),
    "200 of INVITE": (message) => constructOutgoingResponse(message, { statusCode: 200, supported: options.optionTags,
      userAgent: options.userAgentString, body,
      extraHeaders: [...extra(), allow, ...message.getHeaders("record-route").map((one) => `Record-Route: ${one}`)],
    }).message,
    "180 of INVITE": (message) => constructOutgoingResponse(message, { statusCode: 180, supported: options.optionTags,
      userAgent: options.userAgentString,
      extraHeaders: [...extra(), allow, ...message.getHeaders("record-route").map((one) => `Record-Route: ${one}`)],
    }).message,
    REGISTER: () => sent(new OutgoingRequestMessage("REGISTER", server, me, me,
      { ...options, callId: "a1b2c8e20fd", cseq: (number += 1) }, [registered, "Expires: 600"])),
    ACK: () => sent(new OutgoingRequestMessage("ACK", remote, me, target, { ...options, ...dialog, cseq: 1 })),
    BYE: () => sent(new OutgoingRequestMessage("BYE", remote, me, target,
      { ...options, ...dialog, cseq: (number += 1) })),
  };
}

// The bytes of each text are asked for: strings joined by V8 are put together when first read.
function work(library, what, kind, times) {
  const bytes = new Uint8Array(8192);
  const wire = (message) => encoder.encodeInto(String(message), bytes);
  const make = library[kind];
  const asked = what === "read" ? messages[kind] : messages.INVITE.map(library.parse);
  const items = what === "write" ? asked.map(make) : asked;
  const each = { read: library.read, write: wire, make: (message) => wire(make(message)) }[what];
  return () => {
    for (let turn = 0; turn < times; turn += 1) for (const item of items) each(item);
  };
}

// Seconds of the processor: who else runs on the machine does not count.
function timed(run) {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function pyodide(folder, { library, more, addMore } = {}) {
  const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")));
  const env = { PYTHONDONTWRITEBYTECODE: "1" };
  const python = await loadPyodide(library ? { stdLibURL: library, env } : { env });
  if (more) {
    python.FS.writeFile("/lib/python-more.zip", new Uint8Array(readFileSync(more)));
    python.runPython(addMore);
  }
  python.FS.mkdirTree("/project");
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, "/project");
  python.runPython(`
import sys
sys.path += ["/project/pyapp", "/project/tools"]
import sip_speed`);
  python.globals.set("sdp", sdp);
  return python;
}

const libraries = { JsSIP: jssip(), "SIP.js": await sipjs() };
const pythons = { Pyodide: await pyodide(join(root, "node_modules", "pyodide")) };
if (trimmed) pythons.ours = await pyodide(trimmed.pyodide, trimmed);
say([...Object.keys(libraries), ...Object.keys(pythons)]);
for (let next = await asked(); next; next = await asked()) {
  const { who, what, kind, times, code } = next;
  if (code) say(pythons[who].runPython(code));
  else say(timed(libraries[who] ? work(libraries[who], what, kind, times)
    : pythons[who].pyimport("sip_speed").work(what, kind, sdp, times)));
}
