/** What the hub says of this till. The page never changes it by itself: it is told, over the live socket. */
import { reactive } from "vue";
import { LiveSocket, socketUrl, type LinkState, type Socket } from "@kit/live";
import { play } from "@kit/sounds";
import type { Frame, TestScan } from "./frames";
import {
  hub,
  type Basket,
  type Device,
  type OrderPlaced,
  type OrderRow,
  type Paying,
  type PrintJob,
  type Shift,
  type SyncStatus,
  type Weight,
} from "./hub";
import { ask, tellRefusal } from "./notices";
import { session } from "./session";
import { sheets } from "./sheets";

export const till = reactive({
  link: "connecting" as LinkState,
  ready: false,
  basket: null as Basket | null,
  parked: [] as OrderRow[],
  shift: null as Shift | null,
  sync: null as SyncStatus | null,
  /** When `sync` was told, on this page's own clock: between frames the oldest event goes on ageing. */
  syncToldMs: 0,
  clockTrusted: true,
  devices: [] as Device[],
  prints: [] as PrintJob[],
  /** What scanners under test read last, by device. */
  testScans: {} as Record<string, TestScan>,
  /** What the till's scale said last; null while it has not spoken. */
  weight: null as Weight | null,
  paying: { attempts: [], loose: [] } as Paying,
  /** What a card's or a code's approval made an order last: no command of this page was answered with it. */
  paid: null as OrderPlaced | null,
  /** The order whose paper came out last: the hub lists the newest jobs that wait and those that ask; one that is gone is done. */
  cameOut: null as string | null,
});

/** So many of those that wait are listed, the newest. */
const MOST_WAITING = 10;

function takePrints(prints: PrintJob[]): void {
  const listed = new Set(prints.map((job) => job.job_id));
  const waiting = prints.filter((job) => job.state === "queued");
  const sinceMs = waiting.length < MOST_WAITING ? 0 : Math.min(...waiting.map((job) => job.queued_ms));
  const gone = till.prints.find((job) => !listed.has(job.job_id) && job.queued_ms >= sinceMs);
  if (gone) till.cameOut = gone.order_id;
  till.prints = prints;
}

function takeSync(sync: SyncStatus, clockTrusted: boolean): void {
  till.sync = sync;
  till.syncToldMs = performance.now();
  till.clockTrusted = clockTrusted;
}

function takeBasket(basket: Basket | null): void {
  const before = lastTouch(till.basket);
  till.basket = basket;
  const now = lastTouch(basket);
  if (now && now !== before) play("added");
}

/** Which line was last touched, and how much is on it: it changes with every scan that lands. */
function lastTouch(basket: Basket | null): string {
  const line = basket?.lines.find((candidate) => candidate.line_id === basket.touched_line_id);
  return line && line.state !== "voided" ? `${line.line_id}:${line.qty_milli}` : "";
}

function apply(frame: Frame): void {
  switch (frame.type) {
    case "snapshot":
      till.basket = frame.basket;
      till.parked = frame.parked;
      till.shift = frame.shift;
      till.devices = frame.devices;
      till.prints = frame.prints;
      till.weight = null; // it follows the snapshot if there is one
      till.paying = frame.paying;
      takeSync(frame.sync, frame.clock_trusted);
      till.ready = true;
      break;
    case "basket":
      takeBasket(frame.basket);
      break;
    case "parked":
      till.parked = frame.parked;
      break;
    case "shift":
      till.shift = frame.shift;
      break;
    case "sync":
      takeSync(frame.sync, frame.clock_trusted);
      break;
    case "devices":
      till.devices = frame.devices;
      break;
    case "prints":
      takePrints(frame.prints);
      break;
    case "paying":
      till.paying = frame.paying;
      break;
    case "paid":
      till.paid = frame.order;
      break;
    case "ask":
      if (frame.question === "receipt") sheets.receipt = frame.code;
      else
        ask(
          frame.question === "unknown_code"
            ? { kind: "unknown_code", code: frame.code }
            : { kind: "needs_weight", code: frame.code, item_id: frame.item_id ?? "", item: null, scanned: frame },
        );
      break;
    case "scan_tested":
      till.testScans[frame.device_id] = frame;
      play(frame.trouble ? "refused" : "added");
      break;
    case "weight":
      till.weight = frame.weight;
      break;
    case "notice":
      tellRefusal(frame.code, frame.text);
      break;
  }
}

let waiting: Frame[] = [];

/** A burst of frames is drawn once. A hidden page gets no animation frames, so it does not wait for one. */
function take(frame: Frame): void {
  waiting.push(frame);
  if (waiting.length > 1) return;
  if (document.hidden) flush();
  else requestAnimationFrame(flush);
}

function flush(): void {
  const frames = waiting;
  waiting = [];
  for (const frame of frames) apply(frame);
}

function stateChanged(state: LinkState): void {
  if (state === "lost" && till.link === "live") play("attention");
  // While it tries again it is still lost, to whoever stands in front of it.
  if (state !== "connecting" || till.link !== "lost") till.link = state;
}

let live: LiveSocket<Frame> | null = null;

export function connect(): void {
  disconnect();
  live = new LiveSocket<Frame>({
    open: () => {
      const url = socketUrl(`/ws/terminal/${session.terminalId}`, { lang: document.documentElement.lang });
      return new WebSocket(url) as unknown as Socket;
    },
    seqOf: (frame) => frame.seq,
    isSnapshot: (frame) => frame.type === "snapshot",
    onFrame: take,
    onState: stateChanged,
    refusedCodes: [4401],
    probe: () => hub.shop().then(
      () => true,
      () => false,
    ),
    onRefused: () => session.end(),
  });
  live.start();
}

/** The hub's notices come in the language the socket was opened with. */
export function reconnect(): void {
  live?.restart();
}

export function disconnect(): void {
  live?.stop();
  live = null;
  till.ready = false;
  till.link = "connecting";
}
