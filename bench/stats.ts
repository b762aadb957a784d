/** Medians and quartiles of a few rounds. */

export interface Quartiles {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** Quartiles by linear interpolation; at least one value. */
export function quartiles(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = (sorted.length - 1) * share;
    const below = sorted[Math.floor(place)] ?? NaN;
    const above = sorted[Math.ceil(place)] ?? NaN;
    return below + (above - below) * (place - Math.floor(place));
  };
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

/** `6.31 (6.02 .. 6.40)`. */
export function show({ low, median, high }: Quartiles): string {
  return `${median.toFixed(2)} (${low.toFixed(2)} .. ${high.toFixed(2)})`;
}
