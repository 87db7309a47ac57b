/** The live page: a snapshot, then sales and stores as they change. */
import { reactive } from "vue";
import { LiveSocket, socketUrl, type LinkState, type Socket } from "@kit/live";
import { cloud, session, type Figures, type Frame, type Sale, type Store } from "./cloud";

const MOST_SALES = 50;
const FIGURES_AFTER_MS = 400;

export const feed = reactive({
  link: "connecting" as LinkState,
  businessDate: "",
  stores: [] as Store[],
  sales: [] as Sale[],
  figures: null as Figures | null,
  /** The server's clock minus this page's, so that "last seen" does not depend on the reader's watch. */
  clockAheadMs: 0,
});

let timer: ReturnType<typeof setTimeout> | undefined;

/** The totals come with each sale; the hours are fetched once a burst of them is over. */
function refreshFigures(): void {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    try {
      feed.figures = await cloud.figures(feed.businessDate);
    } catch {
      // The next sale asks again, and a lost link is shown by the feed itself.
    }
  }, FIGURES_AFTER_MS);
}

function take(frame: Frame): void {
  switch (frame.type) {
    case "snapshot":
      feed.businessDate = frame.business_date;
      feed.stores = frame.stores;
      feed.sales = frame.sales;
      feed.figures = frame.figures;
      feed.clockAheadMs = frame.now_ms - Date.now();
      break;
    case "sale":
      feed.sales.unshift(frame.sale);
      feed.sales.splice(MOST_SALES);
      if (feed.figures) {
        const orders = frame.orders_today;
        const total_fen = frame.total_today_fen;
        Object.assign(feed.figures, { orders, total_fen, average_fen: orders ? Math.floor(total_fen / orders) : 0 });
      }
      refreshFigures();
      break;
    case "stores": {
      const changed = new Map(frame.stores.map((store) => [store.hub_id, store]));
      const known = feed.stores.map((store) => changed.get(store.hub_id) ?? store);
      const ids = new Set(known.map((store) => store.hub_id));
      feed.stores = [...known, ...frame.stores.filter((store) => !ids.has(store.hub_id))];
      break;
    }
  }
}

let live: LiveSocket<Frame> | null = null;

export function startFeed(): void {
  live?.stop();
  live = new LiveSocket<Frame>({
    open: () =>
      new WebSocket(socketUrl("/ws/console", { lang: document.documentElement.lang })) as unknown as Socket,
    seqOf: (frame) => frame.seq,
    isSnapshot: (frame) => frame.type === "snapshot",
    onFrame: take,
    onState: (state) => {
      if (state !== "connecting" || feed.link !== "lost") feed.link = state;
    },
    refusedCodes: [4401],
    onRefused: () => session.end(),
    probe: () => cloud.session().then(
      () => true,
      () => false,
    ),
  });
  live.start();
}

export function stopFeed(): void {
  live?.stop();
  live = null;
}

export const restartFeed = (): void => live?.restart();
