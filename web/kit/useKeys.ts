import { onBeforeUnmount, onMounted } from "vue";
import { pushKeys, type KeyTable } from "./keyboard";

/** A component's fixed keys, for as long as it is on the page. */
export function useKeys(table: () => KeyTable): void {
  let release = () => {};
  onMounted(() => (release = pushKeys(table)));
  onBeforeUnmount(() => release());
}
