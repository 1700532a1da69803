// Puts webphone.js on the page, once, for scripts that are imported: it must be a script tag of its own.

let loading;

/** Loads the phone from the address of its webphone.js; gives its class once <web-phone> is defined. */
export function load(address) {
  if (typeof document === "undefined") return Promise.resolve(); // drawn on a server: nothing to load there
  return (loading ??= add(new URL(address, document.baseURI).href));
}

async function add(address) {
  if (!customElements.get("web-phone")) {
    const script = document.createElement("script");
    const ran = new Promise((loaded) => (script.onload = script.onerror = loaded));
    script.src = trusted(address);
    document.head.append(script);
    await ran;
  }
  // A server may answer with a page of its own in place of a file that is missing.
  if (customElements.get("web-phone")) return globalThis.WebPhone;
  loading = undefined;
  throw new Error(
    `${address} is not the phone. Copy the files of the npm package "webphone" there, ` +
      `or say where they are: import { load } from "webphone/load"; load("/phone/webphone.js").`,
  );
}

function trusted(address) {
  try {
    const rules = { createScriptURL: (url) => url };
    return globalThis.trustedTypes?.createPolicy("webphone-load", rules).createScriptURL(address) ?? address;
  } catch {
    return address; // a page that forbids the policy may still not require one
  }
}
