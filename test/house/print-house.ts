import { join } from "node:path";
import { floors, roomOf } from "./floors.ts";
import { circles, edgesBy, isUpward, readImports } from "./import-graph.ts";

// `npm run house`: the rooms from the ground up, what each imports, and the totals last.

const imports = await readImports(join(import.meta.dirname, "../.."));
const files = new Set(imports.flatMap(({ from, to }) => [from, to]));
const rooms = edgesBy(imports, roomOf);

for (const [floor, names] of floors.entries()) {
  for (const room of names) {
    const inside = [...files].filter((file) => roomOf(file) === room).length;
    if (inside === 0) continue;
    const below = [...(rooms.get(room) ?? [])].sort().join(", ") || "nothing of ours";
    console.log(`${floor}  ${room} (${inside} files) -> ${below}`);
  }
}
const upward = imports.filter(isUpward);
const fileCircles = circles(edgesBy(imports, (file) => file));
const roomCircles = circles(rooms);
for (const { from, to } of upward) console.log(`upward: ${from} -> ${to}`);
for (const circle of [...fileCircles, ...roomCircles]) console.log(`circle: ${circle.join(", ")}`);
const arrows = [...rooms.values()].reduce((sum, targets) => sum + targets.size, 0);
console.log(
  `${rooms.size} rooms import others: ${arrows} arrows, ${upward.length} imports upwards, ` +
    `${fileCircles.length} circles of files, ${roomCircles.length} circles of rooms`,
);
