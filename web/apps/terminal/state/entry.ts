/** What is being typed: a barcode, or words to find an item by. It needs no focus. */
import { reactive, watch } from "vue";
import { catalogue, show } from "./catalogue";
import { scan } from "./sale";

const LONGEST = 60;
const SEARCH_AFTER_MS = 120;

export const entry = reactive({
  text: "",
  field: null as HTMLInputElement | null,

  type(text: string): void {
    this.text = (this.text + text).slice(0, LONGEST);
  },
  backspace(): void {
    this.text = this.text.slice(0, -1);
  },
  clear(): void {
    this.text = "";
    this.field?.blur();
  },
  focus(): void {
    this.field?.focus();
    this.field?.select();
  },
  /** Digits are a code; anything else stays a search. */
  submit(): void {
    const text = this.text.trim();
    if (!/^\d{4,}$/.test(text)) return;
    this.clear();
    void scan(text);
  },
});

let timer: ReturnType<typeof setTimeout> | undefined;
watch(
  () => entry.text,
  (text) => {
    clearTimeout(timer);
    const query = text.trim();
    if (!query && catalogue.query) void show(catalogue.category || (catalogue.categories[0]?.category ?? ""));
    else if (query) timer = setTimeout(() => void show("", query), SEARCH_AFTER_MS);
  },
);
