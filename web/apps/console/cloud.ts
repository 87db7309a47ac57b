/** What the console asks of the cloud, typed by its schema, and who is signed in. */
import { reactive } from "vue";
import type { components } from "@api/cloud";
import { Http, NoAnswer, Refused } from "@kit/http";

type Schemas = components["schemas"];
export type User = Schemas["ConsoleUser"];
export type Store = Schemas["StoreState"];
export type DeviceFigures = Schemas["DeviceFiguresView"];
export type Settlement = Schemas["TerminalSettlement"];
export type Sale = Schemas["SaleView"];
export type OrderPage = Schemas["OrderPage"];
export type OrderDetail = Schemas["OrderDetail"];
export type Figures = Schemas["DayFigures"];
export type Frame = Schemas["Snapshot"] | Schemas["SaleFrame"] | Schemas["StoresFrame"];

const SIGNED_IN = "dianshu.console";

export const session = reactive({
  user: null as User | null,
  begin(user: User): void {
    this.user = user;
    localStorage.setItem(SIGNED_IN, user.login);
  },
  end(): void {
    this.user = null;
    localStorage.removeItem(SIGNED_IN);
  },
});

const http = new Http({ language: () => document.documentElement.lang, onSignedOut: () => session.end() });

export const cloud = {
  signIn: (login: string, password: string) => http.post<User>("/api/console/sign-in", { login, password }),
  signOut: () => http.post<null>("/api/console/sign-out", {}),
  session: () => http.get<User>("/api/console/session"),
  stores: () => http.get<Store[]>("/api/console/stores"),
  devices: (storeId: string) =>
    http.get<DeviceFigures[]>(`/api/console/stores/${encodeURIComponent(storeId)}/devices`),
  settlements: (storeId: string) =>
    http.get<Settlement[]>(`/api/console/stores/${encodeURIComponent(storeId)}/settlements`),
  figures: (date?: string) => http.get<Figures>("/api/console/figures", { date }),
  orders: (query: { date?: string | undefined; store_id?: string | undefined; before?: string | undefined }) =>
    http.get<OrderPage>("/api/console/orders", { ...query, limit: 50 }),
  order: (storeId: string, orderId: string) =>
    http.get<OrderDetail>(`/api/console/orders/${encodeURIComponent(storeId)}/${encodeURIComponent(orderId)}`),
};

/** Picks up the session that a reload left behind; without a trace of one nothing is asked. */
export async function resumeSession(): Promise<void> {
  if (!localStorage.getItem(SIGNED_IN)) return;
  try {
    session.begin(await cloud.session());
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof NoAnswer)) throw error;
  }
}

/** A refusal's own words, already in the reader's language; null when there was no answer at all. */
export function wordsOf(error: unknown): string | null {
  if (error instanceof NoAnswer) return null;
  if (error instanceof Refused) return error.problem.text || error.problem.code;
  throw error;
}
