/** Which till this browser is, and who stands at it. The session itself is a cookie that scripts cannot read. */
import { reactive } from "vue";
import type { Shop, Who } from "./hub";

const TERMINAL = "dianshu.terminal";
const SIGNED_IN = "dianshu.signed-in";

export const session = reactive({
  terminalId: localStorage.getItem(TERMINAL),
  shop: null as Shop | null,
  who: null as Who | null,

  chooseTerminal(terminalId: string | null): void {
    this.terminalId = terminalId;
    if (terminalId) localStorage.setItem(TERMINAL, terminalId);
    else localStorage.removeItem(TERMINAL);
  },

  /** Whether somebody was signed in here before a reload; only the hub knows if they still are. */
  get mayGoOn(): boolean {
    return sessionStorage.getItem(SIGNED_IN) !== null;
  },

  begin(who: Who): void {
    this.who = who;
    sessionStorage.setItem(SIGNED_IN, who.session_id);
  },

  end(): void {
    this.who = null;
    sessionStorage.removeItem(SIGNED_IN);
  },
});

export const may = (permission: string): boolean => session.who?.permissions.includes(permission) ?? false;
