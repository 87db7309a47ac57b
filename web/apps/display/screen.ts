/** What the hub shows the customer. This page only looks: its token opens one till's feed and nothing else. */
import { reactive } from "vue";
import type { components } from "@api/hub";
import type { Language } from "@kit/i18n";
import { LiveSocket, socketUrl, type LinkState, type Socket } from "@kit/live";

type Schemas = components["schemas"];
type Frame = Schemas["PairingFrame"] | Schemas["PairedFrame"] | Schemas["ShowFrame"] | Schemas["ShownWeightFrame"];
export type Basket = Schemas["ShownBasket"];
export type Payment = Schemas["ShownPayment"];
export type Qr = Schemas["ShownQr"];
export type Sale = Schemas["ShownSale"];
export type Weight = Schemas["ShownWeightFrame"];

const TOKEN = "dianshu.screen";
const THANKS_MS = 30_000;

export const screen = reactive({
  link: "connecting" as LinkState,
  code: null as string | null,
  show: null as Schemas["ShowFrame"] | null,
  weight: null as Weight | null,
  /** The last sale's thanks are over: the pictures turn again. */
  thanked: false,
});

let timer: ReturnType<typeof setTimeout> | undefined;

function take(frame: Frame, speak: (language: Language) => void): void {
  switch (frame.type) {
    case "pairing":
      Object.assign(screen, { code: frame.code, show: null, weight: null });
      break;
    case "paired":
      localStorage.setItem(TOKEN, frame.token);
      speak(frame.language.startsWith("en") ? "en" : "zh-CN");
      live?.restart();
      break;
    case "show":
      Object.assign(screen, { code: null, show: frame, thanked: false });
      clearTimeout(timer);
      if (frame.sale) timer = setTimeout(() => (screen.thanked = true), THANKS_MS);
      break;
    case "weight":
      screen.weight = frame;
      break;
  }
}

let live: LiveSocket<Frame> | null = null;

export function begin(speak: (language: Language) => void): void {
  live = new LiveSocket<Frame>({
    open: () => new WebSocket(socketUrl("/ws/screen")) as unknown as Socket,
    hello: () => localStorage.getItem(TOKEN) || " ",
    seqOf: (frame) => frame.seq,
    isSnapshot: (frame) => frame.type === "pairing" || (frame.type === "show" && frame.seq === 1),
    onFrame: (frame) => take(frame, speak),
    onState: (state) => {
      if (state !== "connecting" || screen.link !== "lost") screen.link = state;
      if (state === "lost") screen.weight = null;
    },
    probe: () => fetch("/api/shop").then(
      (answer) => answer.ok,
      () => false,
    ),
  });
  live.start();
}
