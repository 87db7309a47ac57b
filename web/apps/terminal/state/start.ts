/** What the page asks before it shows anything: which shop this is, and whether somebody is still signed in. */
import { NoAnswer, Refused } from "@kit/http";
import { hub } from "./hub";
import { session } from "./session";

/** False when the hub does not answer. */
export async function start(): Promise<boolean> {
  try {
    session.shop = await hub.shop();
    if (!session.shop.terminals.some((terminal) => terminal.terminal_id === session.terminalId)) {
      session.chooseTerminal(null);
      return true;
    }
    if (!session.mayGoOn) return true;
    const me = await hub.me();
    if (me.terminal_id === session.terminalId) session.begin(me);
    return true;
  } catch (error) {
    if (error instanceof NoAnswer) return false;
    if (error instanceof Refused) return true;
    throw error;
  }
}
