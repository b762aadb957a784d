/** A program of its own that reads a capture and prints one JSON line a batch, then what it was: `reading.ts PATH [quiet]`. */
import { readFileSync } from "node:fs";
import { openCapture } from "../../src/trace/open.js";
import { area } from "./batches.js";

/** The most memory this program ever had, in bytes. Linux's maxRSS begins with that of whoever started it (exec_mmap). */
function peak(): number {
  const told = process.platform === "linux" ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] : undefined;
  return (told === undefined ? process.resourceUsage().maxRSS : Number(told)) * 1024;
}

const [path = "-", quiet] = process.argv.slice(2);
const before = process.memoryUsage.rss();
const reader = await openCapture(path);
const room = area();
for (let count = await reader.next(room); count > 0; count = await reader.next(room)) if (quiet === undefined) console.log(JSON.stringify({ count }));
const grown = peak() - before;
await reader.close();
console.log(JSON.stringify({ end: reader.end, codes: reader.diagnostics.map((d) => d.code), grown }));
