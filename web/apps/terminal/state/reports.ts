/** A shift's figures, once the hub has given them. */
import { reactive } from "vue";
import { command, type ShiftTotals } from "./hub";
import { withApproval } from "./sale";
import { openSheet } from "./sheets";
import { till } from "./till";

export const reports = reactive({ x: null as ShiftTotals | null, closed: null as ShiftTotals | null });

/** A manager must agree, or the count at the end of the shift would not be blind. */
export async function takeXReport(act: string): Promise<void> {
  const shift_id = till.shift?.shift_id;
  if (!shift_id) return;
  const done = await withApproval(act, async (approval) => {
    reports.x = await command("TakeXReport", { shift_id, approval });
  });
  if (done) openSheet("x-report");
}
