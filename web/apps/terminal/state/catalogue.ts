/** Categories and the items of one category or search at a time: at most a hundred tiles, whatever the shop holds. */
import { shallowReactive } from "vue";
import { hub, type Category, type Item } from "./hub";
import { tellWhy } from "./notices";

export const MOST_TILES = 100;

export const catalogue = shallowReactive({
  categories: [] as Category[],
  category: "",
  query: "",
  items: [] as readonly Item[],
  more: false,
  loading: false,
});

const kept = new Map<string, { items: readonly Item[]; more: boolean }>();
const KEPT_PAGES = 200;
let asked = 0;

async function page(category: string, query: string) {
  const key = query ? `?${query}` : category;
  const known = kept.get(key);
  if (known) return known;
  const found = await hub.items(query ? { search: query, limit: MOST_TILES } : { category, limit: MOST_TILES });
  if (kept.size >= KEPT_PAGES) kept.clear();
  kept.set(key, found);
  return found;
}

/** Show a category or a search; an answer that comes after a newer question is dropped. */
export async function show(category: string, query = ""): Promise<void> {
  const mine = ++asked;
  Object.assign(catalogue, { category, query, loading: true });
  try {
    const { items, more } = await page(category, query.trim());
    if (mine === asked) Object.assign(catalogue, { items, more, loading: false });
  } catch (error) {
    if (mine === asked) catalogue.loading = false;
    tellWhy(error);
  }
}

export async function loadCatalogue(): Promise<void> {
  kept.clear();
  try {
    catalogue.categories = await hub.categories();
  } catch (error) {
    tellWhy(error);
    return;
  }
  await show(catalogue.categories[0]?.category ?? "");
}
