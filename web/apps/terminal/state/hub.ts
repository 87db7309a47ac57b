/** Every question this page asks of the hub, and every command it gives, typed by the hub's own schema. */
import type { components, paths } from "@api/hub";
import { Http, type Envelope } from "@kit/http";
import type { AnswerOf, BodyOf, GetOf, PostOf, QueryOf } from "@kit/schema";
import { session } from "./session";

type Schemas = components["schemas"];

export type Approval = Schemas["Approval"];
export type Basket = Schemas["Basket"];
export type Line = Schemas["LineView"];
export type OrderRow = Schemas["OrderRow"];
export type Item = Schemas["ItemView"];
export type Category = Schemas["CategoryView"];
export type Container = Schemas["ContainerView"];
export type Shop = Schemas["Shop"];
export type Shift = Schemas["ShiftView"];
export type ShiftTotals = Schemas["ShiftTotals"];
export type Scanned = Schemas["Scanned"];
export type Device = Schemas["DeviceView"];
export type Weight = Schemas["WeightView"];
export type ScaleKey = Schemas["PressScaleKey"]["key"];
export type DeviceStatistics = Schemas["DeviceStatisticsView"];
export type DevicePulse = Schemas["DevicePulse"];
export type DrawerLesson = Schemas["DrawerLesson"];
export type TerminalAnswered = Schemas["TerminalAnswered"];
export type Recall = Schemas["RecalledGoods"];
export type DrawerIncident = Schemas["DrawerIncidentView"];
export type Gateway = Schemas["GatewayKnown"];
export type PairingCode = Schemas["PairingCode"];
export type PrintJob = Schemas["PrintJobView"];
export type SyncStatus = Schemas["SyncStatus"];
export type Attempt = Schemas["AttemptView"];
export type Settlement = Schemas["SettlementView"];
export type SoldOrder = Schemas["SoldOrder"];
export type SoldRow = Schemas["SoldRow"];
export type LineLeft = Schemas["LineLeft"];
export type ReturnStanding = Schemas["ReturnStanding"];
export type ReturnOffer = Schemas["ReturnOffer"];
export type Paying = Schemas["Paying"];
export type OrderPlaced = Schemas["OrderPlaced"];
/** Who stands at the till: the answer to a sign-in, and to "who am I" after a reload, agree in these. */
export type Who = Omit<Schemas["SignedIn"], "type">;

export const http = new Http({
  language: () => document.documentElement.lang,
  onSignedOut: () => session.end(),
});

/** Each command's address. A name or an address that the hub does not have is a compile error. */
const ADDRESSES = {
  SignIn: "/api/sign-in",
  SignOut: "/api/sign-out",
  OpenShift: "/api/payments/shifts/open",
  CloseShift: "/api/payments/shifts/close",
  TakeXReport: "/api/payments/shifts/x-report",
  OpenDrawer: "/api/payments/drawer/open",
  ScanCode: "/api/orders/scan",
  AddItem: "/api/orders/add-item",
  PairScreen: "/api/screens/pair",
  WeighItem: "/api/devices/weigh-item",
  PressScaleKey: "/api/devices/scale-key",
  PresetTare: "/api/devices/preset-tare",
  SetQuantity: "/api/orders/set-quantity",
  VoidLine: "/api/orders/void-line",
  ParkBasket: "/api/orders/park",
  ResumeBasket: "/api/orders/resume",
  ClearBasket: "/api/orders/clear",
  PayCash: "/api/orders/pay-cash",
  StartPayment: "/api/orders/start-payment",
  FinishSale: "/api/orders/finish-sale",
  PresentCode: "/api/payments/attempts/code",
  CancelAttempt: "/api/payments/attempts/cancel",
  ReleaseAttempt: "/api/payments/attempts/release",
  AskAgain: "/api/payments/attempts/ask-again",
  SettleAttempt: "/api/payments/attempts/settle",
  SettlePrint: "/api/devices/prints/settle",
  PrintShelfLabel: "/api/devices/labels/shelf",
  PrintScaleLabel: "/api/devices/labels/scale",
  SettleTerminal: "/api/payments/settle-terminal",
  ReturnGoods: "/api/returns/goods",
  RetryRefund: "/api/returns/retry",
  Reprint: "/api/devices/prints/reprint",
  PrintTest: "/api/devices/prints/test",
  BindDevice: "/api/devices/bind",
  TryScanner: "/api/devices/test/scanner",
  RecallGoods: "/api/catalogue/recalls",
  LiftRecall: "/api/catalogue/recalls/lift",
  AnswerDrawerIncident: "/api/devices/drawer-incidents/answer",
  RevokeGateway: "/api/gateways/revoke",
  TryDisplay: "/api/devices/test/display",
  TryTerminal: "/api/devices/test/terminal",
  LearnDrawer: "/api/devices/learn-drawer",
} as const satisfies Partial<Record<keyof Schemas, keyof paths>>;

type Name = keyof typeof ADDRESSES;
type Operation<N extends Name> = PostOf<paths[(typeof ADDRESSES)[N]]>;

/** A command ready to be sent, and to be sent again as it is. */
export function envelope<N extends Name>(name: N, body: BodyOf<Operation<N>>): Envelope {
  return http.envelope(ADDRESSES[name], { type: name, ...body });
}

export function command<N extends Name>(name: N, body: BodyOf<Operation<N>>): Promise<AnswerOf<Operation<N>>> {
  return http.send(envelope(name, body));
}

const DEVICE_TAKES_MS = 40_000;

/** A command that a device answers in its own time. */
export function patientCommand<N extends Name>(name: N, body: BodyOf<Operation<N>>): Promise<AnswerOf<Operation<N>>> {
  return http.patient(envelope(name, body), DEVICE_TAKES_MS);
}

function ask<P extends keyof paths>(path: P, query?: QueryOf<GetOf<paths[P]>>): Promise<AnswerOf<GetOf<paths[P]>>> {
  return http.get(path, query ?? {});
}

export const hub = {
  shop: () => ask("/api/shop"),
  me: () => ask("/api/identity/me"),
  settlements: () => ask("/api/payments/settlements", { limit: 20 }),
  soldToday: () => ask("/api/returns/sold"),
  soldOrder: (orderId: string) => http.get<SoldOrder>(`/api/returns/orders/${encodeURIComponent(orderId)}`),
  soldByReceipt: (receiptNo: string) => http.get<SoldOrder>(`/api/returns/receipts/${encodeURIComponent(receiptNo)}`),
  returnOffer: (wanted: Schemas["AskReturn"]) => http.post<ReturnOffer>("/api/returns/offer", wanted),
  deviceStatistics: () => ask("/api/devices/statistics"),
  recalls: () => ask("/api/catalogue/recalls"),
  drawerIncidents: (query: { limit: number }) => ask("/api/devices/drawer-incidents", query),
  staff: () => ask("/api/identity/staff"),
  gateways: () => ask("/api/gateways/known"),
  deviceConditions: () => ask("/api/devices/conditions"),
  devicePulses: () => ask("/api/devices/pulses"),
  containers: () => ask("/api/catalogue/containers"),
  categories: () => ask("/api/catalogue/categories"),
  items: (query: { category?: string; search?: string; limit: number }) => ask("/api/catalogue/items", query),
  item: (itemId: string) => http.get<Item>(`/api/catalogue/items/${encodeURIComponent(itemId)}`),
};

/** Told once: the hub keeps no more than its digest. */
export const pairingCode = (gateway_id: string): Promise<PairingCode> => http.post("/api/gateways/code", { gateway_id });
