/** The counter as the simulator tells it, and what a hand does to it. */
import { reactive } from "vue";
import type { components } from "@api/bench";
import { LiveSocket, socketUrl, type LinkState, type Socket } from "@kit/live";
import { Http, NoAnswer, Refused } from "@kit/http";
import { play } from "@kit/sounds";

type Schemas = components["schemas"];
export type Device = Schemas["DeviceView"];
export type Good = Schemas["Good"];
export type PaperLine = Schemas["PaperLine"];
export type Receipt = Schemas["Receipt"];
export type Fault = NonNullable<Device["faults"]>[number];
export type FaultName = Fault["type"];
export type CustomerPlan = Required<Schemas["CustomerPlan"]>;
export type Choice = Exclude<CustomerPlan["choice"], "hand">;
export type ScaleKey = Schemas["PressKey"]["key"];
export type PaperState = NonNullable<Device["printer"]>["paper"];
type Frame =
  | Schemas["Snapshot"]
  | Schemas["DeviceChanged"]
  | Schemas["Printed"]
  | Schemas["ReceiptCut"]
  | Schemas["Scanned"];

/** A line on the paper with a number of its own, so that each comes out of the slot just once. */
export interface Printed {
  id: number;
  line: PaperLine;
}

/** Faults that one wants to watch: not at once, but in the middle of something. */
const IN_THE_MIDDLE: Partial<Record<FaultName, object>> = {
  paper_out: { after_lines: 5 },
  unplugged: { after_bytes: 40 },
};

export const faultNamed = (name: FaultName): Fault => ({ type: name, ...IN_THE_MIDDLE[name] }) as Fault;

const MOST_RECEIPTS = 30;
const MOST_LINES = 400;

const http = new Http({ language: () => document.documentElement.lang });

export const bench = reactive({
  link: "connecting" as LinkState,
  goods: [] as readonly Good[],
  notice: null as string | null,
  devices: [] as Device[],
  paper: {} as Record<string, Printed[]>,
  receipts: [] as Receipt[],
  /** The scanner in the hand. */
  scannerId: null as string | null,
  problem: null as string | null,
  /** The scanner whose last scan went nowhere. */
  unheardBy: null as string | null,
});

let nextLine = 1;
const printed = (line: PaperLine): Printed => ({ id: nextLine++, line });

function take(frame: Frame): void {
  switch (frame.type) {
    case "snapshot":
      bench.devices = frame.devices;
      bench.paper = Object.fromEntries(Object.entries(frame.paper).map(([id, lines]) => [id, lines.map(printed)]));
      bench.receipts = [...frame.receipts].reverse();
      bench.scannerId ??= frame.devices.find((device) => device.scanner)?.device_id ?? null;
      break;
    case "device_changed":
      bench.devices = bench.devices.map((device) =>
        device.device_id === frame.device.device_id ? frame.device : device,
      );
      break;
    case "printed":
      (bench.paper[frame.device_id] ??= []).push(printed(frame.line));
      if (bench.paper[frame.device_id]!.length > MOST_LINES) bench.paper[frame.device_id]!.shift();
      break;
    case "receipt_cut":
      bench.paper[frame.receipt.device_id] = [];
      bench.receipts.unshift(frame.receipt);
      bench.receipts.splice(MOST_RECEIPTS);
      break;
    case "scanned":
      play(frame.outcome.heard ? "added" : "refused");
      bench.unheardBy = frame.outcome.heard ? null : frame.outcome.device_id;
      break;
  }
}

export async function begin(): Promise<void> {
  const live = new LiveSocket<Frame>({
    open: () => new WebSocket(socketUrl("/ws/bench")) as unknown as Socket,
    seqOf: (frame) => frame.seq,
    isSnapshot: (frame) => frame.type === "snapshot",
    onFrame: take,
    onState: (state) => {
      if (state !== "connecting" || bench.link !== "lost") bench.link = state;
      if (state === "live" && !bench.goods.length) void loadGoods();
    },
    probe: () => http.get("/api/devices").then(
      () => true,
      () => false,
    ),
  });
  live.start();
}

async function loadGoods(): Promise<void> {
  const all = await tried(() => http.get<Schemas["Bench"]>("/api/bench"));
  if (!all) return;
  bench.goods = all.goods;
  bench.notice = all.notice ?? null;
}

/** Runs a request and shows why it did not work, if it did not. */
async function tried<T>(run: () => Promise<T>): Promise<T | null> {
  try {
    const answer = await run();
    bench.problem = null;
    return answer;
  } catch (error) {
    if (error instanceof NoAnswer) bench.problem = "…";
    else if (error instanceof Refused) bench.problem = error.problem.text || error.problem.code;
    else throw error;
    return null;
  }
}

const act = (deviceId: string, what: string, body: object | null, method = "POST"): Promise<Device | null> =>
  tried(() => http.post<Device>(`/api/devices/${encodeURIComponent(deviceId)}/${what}`, body, method));

export const scan = (code: string): Promise<unknown> =>
  tried(() => http.post("/api/scan", { device_id: bench.scannerId, code }));
export const plug = (device: Device): Promise<unknown> =>
  act(device.device_id, device.plugged ? "unplug" : "plug", null);
export const setPaper = (device: Device, paper: PaperState): Promise<unknown> =>
  act(device.device_id, "paper", { paper });
export const setCover = (device: Device, open: boolean): Promise<unknown> => act(device.device_id, "cover", { open });
export const setDrawer = (device: Device, open: boolean): Promise<unknown> =>
  act(device.device_id, "drawer", { open });
export const setPlan = (device: Device, plan: CustomerPlan): Promise<unknown> =>
  act(device.device_id, "plan", { plan });
export const choose = (device: Device, choice: Choice): Promise<unknown> => act(device.device_id, "customer", { choice });
export const setFault = (device: Device, fault: Fault): Promise<unknown> => act(device.device_id, "faults", { fault });
export const relieve = (device: Device, name: FaultName): Promise<unknown> =>
  act(device.device_id, `faults/${name}`, null, "DELETE");
export const setWeight = (deviceId: string, load: { load_g: number; drift_g_per_min: number; shaken: boolean }): Promise<unknown> =>
  act(deviceId, "weight", load);
export const pressKey = (device: Device, key: ScaleKey): Promise<unknown> => act(device.device_id, "key", { key });
/** A drifting pan is news to nobody but whoever looks. */
export async function lookAgain(deviceId: string): Promise<void> {
  const seen = await tried(() => http.get<Device>(`/api/devices/${encodeURIComponent(deviceId)}`));
  if (seen) bench.devices = bench.devices.map((device) => (device.device_id === deviceId ? seen : device));
}
export const heal = (device: Device): Promise<unknown> => act(device.device_id, "faults", null, "DELETE");
