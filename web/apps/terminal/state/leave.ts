/** Signing out: the hub is told if it can be, and the page forgets the session either way. */
import { command } from "./hub";
import { tellWhy } from "./notices";
import { sale } from "./sale";
import { session } from "./session";

export async function signOut(): Promise<void> {
  const who = session.who;
  if (!who) return;
  try {
    await command("SignOut", { session_id: who.session_id });
  } catch (error) {
    tellWhy(error);
  }
  sale.stage = "goods";
  sale.last = null;
  session.end();
}
