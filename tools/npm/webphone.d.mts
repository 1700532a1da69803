import type { WebPhone, WebPhoneAttributes, WebPhoneEventMap } from "./webphone.js";

export type * from "./webphone.js";

/** The class, once `<web-phone>` is defined; on a server, where there is no page, undefined. */
export declare const loaded: Promise<typeof WebPhone | undefined>;

type Handlers = { [Name in keyof WebPhoneEventMap as `on${Name}`]?: (event: WebPhoneEventMap[Name]) => void };

// @ts-ignore Without React there is no such module, and nothing to add to.
declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      // @ts-ignore The same.
      "web-phone": DetailedHTMLProps<HTMLAttributes<WebPhone>, WebPhone> & WebPhoneAttributes & Handlers;
    }
  }
}
