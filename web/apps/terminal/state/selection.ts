/** The line that the quantity keys act on: the newest, until a person picks another. */
import { computed } from "vue";
import { formatYuan } from "@kit/money";
import { useNames, useT } from "../useTill";
import type { Line } from "./hub";
import { sale, setQuantity, voidLine } from "./sale";
import { till } from "./till";

const live = computed(() => till.basket?.lines.filter((line) => line.state !== "voided") ?? []);

export const selected = computed<Line | null>(() => {
  const wanted = sale.selectedLineId ?? till.basket?.touched_line_id;
  return live.value.find((line) => line.line_id === wanted) ?? live.value.at(-1) ?? null;
});

export function select(lineId: string | null): void {
  sale.selectedLineId = lineId;
}

export function move(step: number): void {
  const at = live.value.findIndex((line) => line.line_id === selected.value?.line_id);
  const next = live.value[Math.min(Math.max(at + step, 0), live.value.length - 1)];
  if (next) select(next.line_id);
}

/** What a scale weighed, or a label or serial named, stays as it is: it is voided and taken anew. */
export const isCountable = (line: Line): boolean => !line.weighed_by && line.priced_by !== "label" && !line.serial;

export interface LineActs {
  more(): void;
  less(): void;
  set(qtyMilli: number): void;
  remove(): void;
}

export function useLineActs(): LineActs {
  const { t } = useT();
  const nameOf = useNames();

  function set(qtyMilli: number): void {
    const line = selected.value;
    if (line) void setQuantity(line.line_id, qtyMilli, t("approve.lower", { name: nameOf(line) }));
  }

  function remove(): void {
    const line = selected.value;
    if (!line) return;
    const act = t("approve.voidLine", { name: nameOf(line), amount: formatYuan(line.amount_fen) });
    void voidLine(line.line_id, act).then((done) => done && select(null));
  }

  const count = (): boolean => selected.value !== null && isCountable(selected.value);

  return {
    set,
    remove,
    more: () => count() && set(selected.value!.qty_milli + 1000),
    less: () => count() && (selected.value!.qty_milli > 1000 ? set(selected.value!.qty_milli - 1000) : remove()),
  };
}
