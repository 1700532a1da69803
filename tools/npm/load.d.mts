import type { WebPhone } from "./webphone.js";

/**
 * Puts `webphone.js` on the page, once, from its address; the other files of the package lie beside it.
 * Gives the class once `<web-phone>` is defined; on a server, where there is no page, undefined.
 */
export declare function load(address: string | URL): Promise<typeof WebPhone | undefined>;
