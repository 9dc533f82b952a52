import { hash } from "./hash.ts";

/** The text of query number `index`; no two numbers below a million give the same text. */
export function queryText(index: number): string {
  // Search Console does report empty queries, and they trip up naive stores.
  if (index === 11) return "";
  // Multiplying by a prime scatters neighbours over the words without a collision.
  let rest = (index * 1_000_003 + 777) % queryCount;
  let text = "";
  for (const list of [openings, things, qualities, places]) {
    const word = list[rest % list.length] ?? "";
    if (word !== "") text = text === "" ? word : `${text} ${word}`;
    rest = Math.floor(rest / list.length);
  }
  return text;
}

/** The URL of page number `index` below `root` (which ends in a slash). */
export function pageUrl(root: string, index: number): string {
  if (index === 0) return root;
  const section = sections[index % sections.length] ?? "p";
  const slug = slugs[hash(index, 5) % slugs.length] ?? "page";
  const url = `${root}${section}/${slug}-${index}`;
  if (index % 211 === 150) return longUrl(url);
  return index % 17 === 3 ? `${url}?color=blue&size=${index % 50}` : url;
}

/** Exactly 2,000 characters, as faceted shops produce them. */
function longUrl(url: string): string {
  const filters = "&filter=size-42-color-dark-blue-material-merino-brand-sample";
  return `${url}?sort=popular${filters.repeat(40)}`.slice(0, 2_000);
}

const openings = [
  ...["", "best", "cheap", "how to clean", "buy", "used", "women's", "men's", "kids", "what is"],
  ...["why does my", "how long does", "repair", "lightweight", "vegan", "günstige", "acheter"],
  ...[
    "zapatos y",
    "где купить",
    "最好的",
    "おすすめ",
    "كيف أختار",
    "vintage",
    "organic",
    "compare",
  ],
  ...["cleaning", "when to replace", "waterproof", "who makes", "top 10", "which", "warm"],
];

const things = [
  ...["hiking boots", "rain jacket", "tent", "sleeping bag", "backpack", "trail shoes", "headlamp"],
  ...["camping stove", "water filter", "trekking poles", "merino socks", "down vest", "gaiters"],
  ...["climbing rope", "harness", "ice axe", "snowshoes", "ski goggles", "bike bag", "hammock"],
  ...["thermos", "first aid kit", "map case", "compass", "dry bag", "kayak", "paddle", "canoe"],
  ...["fishing rod", "binoculars", "sun hat", "gloves", "wanderschuhe", "chaussures", "кроссовки"],
  ...["登山靴", "テント", "حذاء المشي", "plecak turystyczny", "🏔️ gear", "crampons", "bivy sack"],
];

const qualities = [
  ...["", "review", "for beginners", "size 42", "sale", "near me", "vs", "under 100", "2026"],
  ...["for wide feet", "waterproof test", "repair kit", "discount", "for winter", "in black"],
  ...["with free delivery", "rental", "for dogs", "test", "für damen", "pas cher", "отзывы"],
  ...["価格", "ultralight", "for two", "with pockets", "recycled", "pdf manual", "sizing chart"],
];

const places = [
  ...["", "berlin", "london", "new york", "münchen", "paris", "tokyo", "madrid", "oslo", "zürich"],
  ...["toronto", "sydney", "austin", "seattle", "denver", "portland", "glasgow", "leeds", "lyon"],
  ...["wien", "kraków", "москва", "東京", "دبي", "são paulo", "online", "amazon", "ebay", "reddit"],
];

const queryCount = openings.length * things.length * qualities.length * places.length;

const sections = ["shop", "guides", "blog", "help", "brands", "kategorie", "größen", "カテゴリ"];

const slugs = [
  ...["boots", "jackets", "how-to-choose-a-tent", "winter-sale", "care-instructions", "reviews"],
  ...["packing-list", "for-beginners", "stories-from-the-trail", "wander-schuhe", "été", "子供用"],
];
