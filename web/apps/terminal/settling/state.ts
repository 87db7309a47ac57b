/** The settlements of the till's terminals; asked for again while one of them waits for its answer. */
import { reactive } from "vue";
import { newId } from "@kit/ids";
import { command, hub, type Settlement } from "../state/hub";
import { tellWhy } from "../state/notices";
import { session } from "../state/session";
import { till } from "../state/till";

const LOOK_EVERY_MS = 1000;

export const page = reactive({ settlements: [] as Settlement[], busy: false });

/** The newest settlement of a terminal in the shift of now. */
export function latest(deviceId: string): Settlement | null {
  const mine = (one: Settlement): boolean => one.device_id === deviceId && one.shift_id === till.shift?.shift_id;
  return page.settlements.find(mine) ?? null;
}

let isStale = false;

async function look(): Promise<void> {
  try {
    page.settlements = await hub.settlements();
    isStale = false;
  } catch {
    // The badge says that the hub is away; what is shown is what was known, until it answers again.
    isStale = true;
  }
}

/** Looks until the returned function is called. */
export function watchSettlements(): () => void {
  void look();
  const looking = setInterval(() => {
    if (isStale || page.settlements.some((one) => one.state === "requested")) void look();
  }, LOOK_EVERY_MS);
  return () => clearInterval(looking);
}

export async function settle(deviceId: string): Promise<void> {
  if (page.busy) return;
  page.busy = true;
  try {
    await command("SettleTerminal", {
      settlement_id: newId(),
      terminal_id: session.terminalId ?? "",
      device_id: deviceId,
    });
  } catch (error) {
    tellWhy(error);
  } finally {
    await look();
    page.busy = false;
  }
}
