/** A program of its own that reads a capture and prints one JSON line a batch, then what it was: `reading.ts PATH [quiet]`. */
import { openCapture } from "../../src/trace/open.js";
import { area } from "./batches.js";

const [path = "-", quiet] = process.argv.slice(2);
const before = process.memoryUsage.rss();
const reader = await openCapture(path);
const room = area();
for (let count = await reader.next(room); count > 0; count = await reader.next(room)) if (quiet === undefined) console.log(JSON.stringify({ count }));
const grown = process.resourceUsage().maxRSS * 1024 - before;
await reader.close();
console.log(JSON.stringify({ end: reader.end, codes: reader.diagnostics.map((d) => d.code), grown }));
