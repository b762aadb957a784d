/** One seed for a test run: printed, and taken from WANPROOF_SEED to run it again. */
const chosen = Number(process.env["WANPROOF_SEED"] ?? Date.now() % 1_000_000_000);
let told = false;

/** The seed of this process; prints it the first time. */
export function seed(): number {
  if (!told) console.log(`seed ${chosen} (WANPROOF_SEED=${chosen} runs it again)`);
  told = true;
  return chosen;
}
