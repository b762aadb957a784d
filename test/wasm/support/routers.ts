/** Routers for lookups, built by hand: lo (1), wan (2) and mesh (3), all up, tables LOCAL and MAIN of each family, and rules that ask them in this order. */
import { reserve } from "../../../assembly/arena";
import { Answer, Device, DeviceTrait, Fib, Hop, NONE, Own, Question, Route, Router, RouteTrait, RouteType } from "../../../assembly/layout";
import { answerBatch, openRouter } from "../../../assembly/lookup/lookup";
import { addPrefix, addRoute, addTableRule, finish, openFib } from "./fibs";

export const LO: u32 = 1, WAN_DEVICE: u32 = 2, MESH_DEVICE: u32 = 3;
/** Slots of the tables, and the numbers they have in the kernel. */
export const LOCAL_SLOT: u32 = 0, MAIN_SLOT: u32 = 1, EXTRA_SLOT: u32 = 2;
const OWN_MAX: u32 = 16;

/** 192.0.2.x, 10.x.y.z, and 2001:db8::/32's first word. */
export const NET_WAN: u32 = 0xc0000200, NET_MESH: u32 = 0x0a000000, NET_V6: u32 = 0x20010db8;

/** Without rules; `rule` adds them. Call `ready` when prefixes and routes stand. */
export function newRouter(): Router {
  const router = changetype<Router>(reserve(offsetof<Router>()));
  router.fib4 = <u32>reserve(offsetof<Fib>());
  router.fib6 = <u32>reserve(offsetof<Fib>());
  openFib(changetype<Fib>(router.fib4), 3);
  openFib(changetype<Fib>(router.fib6), 3);
  router.merged = NONE;
  router.fallback = EXTRA_SLOT;
  router.local = LOCAL_SLOT;
  router.main = MAIN_SLOT;
  router.customLocal = 1;
  router.loopback = LO;
  router.devices = <u32>reserve(4 * offsetof<Device>());
  router.deviceCount = 4;
  for (let number = LO; number <= MESH_DEVICE; number++) deviceAt(router, number).traits = DeviceTrait.UP;
  deviceAt(router, LO).traits |= DeviceTrait.LOOPBACK;
  router.own4 = <u32>reserve(OWN_MAX * <u32>offsetof<Own>());
  router.own6 = <u32>reserve(OWN_MAX * <u32>offsetof<Own>());
  return router;
}

export function deviceAt(router: Router, number: u32): Device {
  return changetype<Device>(router.devices + number * <u32>offsetof<Device>());
}

export function fib4(router: Router): Fib {
  return changetype<Fib>(router.fib4);
}

export function fib6(router: Router): Fib {
  return changetype<Fib>(router.fib6);
}

/** The kernel's two rules of a family that nobody configured. */
export function plainRules(fib: Fib): void {
  addTableRule(fib, LOCAL_SLOT);
  addTableRule(fib, MAIN_SLOT);
}

/** Parents, slots and intervals of both families, and the areas of a batch. */
export function ready(router: Router): Router {
  finish(fib4(router));
  finish(fib6(router));
  openRouter(router);
  return router;
}

/** A route to a prefix that was just added, in a table, without next hops. */
export function typed(fib: Fib, prefix: u32, slot: u32, type: u32, metric: u32 = 0): Route {
  const route = addRoute(fib, prefix, slot, 0);
  route.type = type;
  route.table = slot == LOCAL_SLOT ? 255 : slot == MAIN_SLOT ? 254 : 100;
  route.metric = metric;
  route.rating = 8;
  if (type == RouteType.LOCAL) route.traits = RouteTrait.STAYS;
  return route;
}

/** A unicast route by a device, and by a gateway where one is given. */
export function way(fib: Fib, prefix: u32, slot: u32, device: u32, via0: u32 = 0, metric: u32 = 0): Route {
  const route = typed(fib, prefix, slot, RouteType.UNICAST, metric);
  hop(fib, route, device, via0);
  return route;
}

/** One more next hop of a route; all of a route's in one go. */
export function hop(fib: Fib, route: Route, device: u32, via0: u32 = 0): Hop {
  const added = changetype<Hop>(reserve(offsetof<Hop>()));
  if (route.hopCount == 0) route.hops = <u32>changetype<usize>(added);
  assert(changetype<usize>(added) == route.hops + route.hopCount * <u32>offsetof<Hop>(), "the hops of a route stand together");
  route.hopCount++;
  added.device = device;
  added.gateway = u32(via0 != 0);
  added.via0 = via0;
  added.number = <u32>changetype<usize>(added); // unlike any other hop's
  return added;
}

/** An address of a device; its network is /24 or /64. */
export function own4(router: Router, device: u32, word: u32, scope: u32 = 0): Own {
  return addOwn(router.own4, ++router.own4Count, device, 24, scope, word, 0);
}

export function own6(router: Router, device: u32, word0: u32, word3: u32): Own {
  return addOwn(router.own6, ++router.own6Count, device, 64, 0, word0, word3);
}

function addOwn(list: u32, number: u32, device: u32, length: u32, scope: u32, word0: u32, word3: u32): Own {
  assert(number <= OWN_MAX, "too many addresses");
  const own = changetype<Own>(list + (number - 1) * <u32>offsetof<Own>());
  own.device = device;
  own.length = length;
  own.scope = scope;
  own.word0 = word0;
  own.word3 = word3;
  return own;
}

/** The first question of the batch, everything 0 but family and destination. */
export function question(router: Router, family: u32, dst0: u32, dst3: u32 = 0): Question {
  const asked = changetype<Question>(router.questions);
  memory.fill(changetype<usize>(asked), 0, offsetof<Question>());
  asked.family = family;
  asked.dst0 = dst0;
  asked.dst3 = dst3;
  return asked;
}

/** The answer to the first question. */
export function answered(router: Router): Answer {
  assert(answerBatch(router, 1) == 1, "there is room for one answer");
  return changetype<Answer>(router.answers);
}

/** 192.0.2.0/24 by the WAN, 10.0.0.0/8 by the mesh, a default by a gateway of the WAN; 192.0.2.1 and 10.0.0.1 are the node's own. */
export function simpleRouter(): Router {
  const router = newRouter();
  const fib = fib4(router);
  plainRules(fib);
  const wanHost = addPrefix(fib, 32, NET_WAN + 1);
  const meshHost = addPrefix(fib, 32, NET_MESH + 1);
  const wanNet = addPrefix(fib, 24, NET_WAN);
  const meshNet = addPrefix(fib, 8, NET_MESH);
  const any = addPrefix(fib, 0);
  hop(fib, typed(fib, wanHost, LOCAL_SLOT, RouteType.LOCAL), WAN_DEVICE);
  hop(fib, typed(fib, meshHost, LOCAL_SLOT, RouteType.LOCAL), MESH_DEVICE);
  way(fib, wanNet, MAIN_SLOT, WAN_DEVICE);
  way(fib, meshNet, MAIN_SLOT, MESH_DEVICE);
  way(fib, any, MAIN_SLOT, WAN_DEVICE, NET_WAN + 254);
  own4(router, WAN_DEVICE, NET_WAN + 1);
  own4(router, MESH_DEVICE, NET_MESH + 1);
  return router;
}
