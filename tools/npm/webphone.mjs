// import "webphone": the phone, from the webphone.js that lies beside this file, or beside the bundle it went into.
import { load } from "./load.mjs";

export const loaded = load(new URL("./webphone.js", import.meta.url));
