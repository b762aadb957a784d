/** All quirks that have a vector. */
import { INPUT_QUIRKS } from "./input.js";
import { IPV4_QUIRKS } from "./ipv4.js";
import { IPV6_QUIRKS } from "./ipv6.js";
import type { Quirk } from "./quirk.js";
import { RULE_QUIRKS } from "./rules.js";

export const QUIRKS: readonly Quirk[] = [...RULE_QUIRKS, ...IPV4_QUIRKS, ...IPV6_QUIRKS, ...INPUT_QUIRKS];
