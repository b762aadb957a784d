// Sends packets from a node and into it, and tells what became of each:
//   probe NODE FAR EVENT DEVICE...      (network namespaces; number of the skb:kfree_skb event or 0; the node's devices, whose far ends are in FAR)
// One command a line on stdin, words KEY=VALUE behind it; one line of JSON on stdout for each `send` and `inject`:
//   fresh                                closes all sockets, forgets all flows
//   listen proto=tcp|udp src=ADDRESS port=N [uid=N] [gid=N] [mark=N]
//   send kind=udp|tcp|ping|raw dst=ADDRESS [dport=N] [src=ADDRESS] [sport=N] [dev=NAME] [mark=N] [late=N] [uid=N] [gid=N] [api=connect|sendto] [token=TEXT]
//   inject dev=NAME frame=HEX            a frame from the far end of a device
// mark: before bind and connect; late: after connect. A socket is born with uid and gid (file system ids, which owner matches and uidrange look at).
// A socket lives until `fresh`. Answer: {"error":"EPERM"|null,"stage":"send","sport":N,"events":[...]}.
#define _GNU_SOURCE
#include "recorders.h"
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/fsuid.h>

#define WORDS_MAX 32
#define SOCKETS_MAX 64

typedef union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } Address;

static char *word[WORDS_MAX];
static int words, held[SOCKETS_MAX], held_count, conntrack;

static const char *text(const char *key, const char *otherwise) {
  size_t length = strlen(key);
  for (int i = 1; i < words; i++) if (strncmp(word[i], key, length) == 0 && word[i][length] == '=') return word[i] + length + 1;
  return otherwise;
}

static unsigned number(const char *key, unsigned otherwise) {
  const char *found = text(key, NULL);
  return found == NULL ? otherwise : (unsigned)strtoul(found, NULL, 0);
}

static socklen_t parse(const char *given, unsigned port, Address *into) {
  char bare[128];
  memset(into, 0, sizeof *into);
  snprintf(bare, sizeof bare, "%s", given);
  char *zone = strchr(bare, '%');
  if (zone != NULL) *zone++ = 0;
  if (inet_pton(AF_INET, bare, &into->v4.sin_addr) == 1) {
    into->v4.sin_family = AF_INET;
    into->v4.sin_port = htons((unsigned short)port);
    return sizeof into->v4;
  }
  if (inet_pton(AF_INET6, bare, &into->v6.sin6_addr) != 1) { fprintf(stderr, "probe: %s is no address\n", given); exit(2); }
  into->v6.sin6_family = AF_INET6;
  into->v6.sin6_port = htons((unsigned short)port);
  if (zone != NULL) into->v6.sin6_scope_id = if_nametoindex(zone);
  return sizeof into->v6;
}

static int make(int family, int type, int protocol) {
  setfsgid(number("gid", 0));
  setfsuid(number("uid", 0));
  int made = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  setfsuid(0);
  setfsgid(0);
  if (made < 0 || held_count == SOCKETS_MAX) die("socket");
  held[held_count++] = made;
  unsigned mark = number("mark", 0);
  if (mark != 0 && setsockopt(made, SOL_SOCKET, SO_MARK, &mark, sizeof mark) < 0) die("SO_MARK");
  const char *dev = text("dev", NULL);
  if (dev != NULL && setsockopt(made, SOL_SOCKET, SO_BINDTODEVICE, dev, (socklen_t)strlen(dev)) < 0) die(dev);
  // No TCP socket may stay behind in TIME_WAIT.
  struct linger none = { .l_onoff = 1 };
  setsockopt(made, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  int on = 1;
  setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == AF_INET6) setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  return made;
}

static int open_socket(const char *kind, int family) {
  int icmp = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
  if (strcmp(kind, "ping") == 0) return make(family, SOCK_DGRAM, icmp);
  if (strcmp(kind, "raw") == 0) return make(family, SOCK_RAW, icmp);
  return make(family, strcmp(kind, "tcp") == 0 ? SOCK_STREAM : SOCK_DGRAM, 0);
}

static unsigned short sum(const unsigned char *bytes, size_t length) {
  unsigned long total = 0;
  for (size_t i = 0; i < length; i++) total += (unsigned long)bytes[i] << (i % 2 == 0 ? 8 : 0);
  while (total >> 16) total = (total & 0xffff) + (total >> 16);
  return htons((unsigned short)~total);
}

// An echo request for pings, the bare token for the rest. A ping socket writes its own identifier.
static size_t compose(unsigned char *into, const char *kind, int family) {
  const char *token = text("token", "wanproof");
  size_t head = strcmp(kind, "ping") == 0 || strcmp(kind, "raw") == 0 ? 8 : 0, length = head + strlen(token);
  memset(into, 0, head);
  memcpy(into + head, token, strlen(token));
  if (head == 0) return length;
  into[0] = family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
  into[4] = (unsigned char)(number("sport", 0) >> 8);
  into[5] = (unsigned char)number("sport", 0);
  into[7] = 1;
  unsigned short check = family == AF_INET ? sum(into, length) : 0;
  memcpy(into + 2, &check, sizeof check);
  return length;
}

// Returns the call that failed, with errno; NULL when none did.
static const char *deliver(int made, const char *kind, const Address *to, socklen_t length) {
  const char *source = text("src", NULL);
  unsigned sport = number("sport", 0), late = number("late", 0);
  if (strcmp(kind, "raw") == 0) sport = 0;
  if (source != NULL || sport != 0) {
    Address from;
    socklen_t bytes = parse(source != NULL ? source : to->any.sa_family == AF_INET ? "0.0.0.0" : "::", sport, &from);
    if (bind(made, &from.any, bytes) < 0) return "bind";
  }
  int direct = strcmp(text("api", "connect"), "sendto") == 0;
  if (!direct && connect(made, &to->any, length) < 0 && errno != EINPROGRESS) return "connect";
  if (late != 0 && setsockopt(made, SOL_SOCKET, SO_MARK, &late, sizeof late) < 0) return "mark";
  if (strcmp(kind, "tcp") == 0) return NULL;
  unsigned char bytes[2048];
  size_t size = compose(bytes, kind, to->any.sa_family);
  return sendto(made, bytes, size, MSG_NOSIGNAL, direct ? &to->any : NULL, direct ? length : 0) < 0 ? "send" : NULL;
}

static void tell(const char *stage, int error, unsigned sport) {
  const char *name = stage == NULL ? NULL : strerrorname_np(error);
  printf("{\"error\":%s%s%s,", name == NULL ? "" : "\"", name == NULL ? "null" : name, name == NULL ? "" : "\"");
  if (stage != NULL) printf("\"stage\":\"%s\",", stage);
  printf("\"sport\":%u,\"events\":[", sport);
  read_events(1);
  puts("]}");
}

static void send_one(void) {
  const char *kind = text("kind", "udp");
  Address to, own = { 0 };
  int icmp = strcmp(kind, "ping") == 0 || strcmp(kind, "raw") == 0;
  socklen_t length = parse(text("dst", ""), icmp ? 0 : number("dport", 0), &to), bytes = sizeof own;
  int made = open_socket(kind, to.any.sa_family);
  const char *stage = deliver(made, kind, &to, length);
  int error = errno;
  getsockname(made, &own.any, &bytes);
  tell(stage, error, ntohs(to.any.sa_family == AF_INET ? own.v4.sin_port : own.v6.sin6_port));
}

static void inject(void) {
  static unsigned char bytes[2048];
  const char *dev = text("dev", ""), *frame = text("frame", "");
  size_t length = 0;
  for (unsigned value; length < sizeof bytes && sscanf(frame + 2 * length, "%2x", &value) == 1; length++) bytes[length] = (unsigned char)value;
  int error = ENODEV;
  for (int i = 0; i < wire_count; i++) {
    if (strcmp(wires[i].dev, dev) != 0) continue;
    error = send(wires[i].socket, bytes, length, 0) < 0 ? errno : 0;
  }
  tell(error == 0 ? NULL : "inject", error, 0);
}

static void listen_here(void) {
  Address at;
  socklen_t length = parse(text("src", "::"), number("port", 0), &at);
  int stream = strcmp(text("proto", "tcp"), "tcp") == 0, made = make(at.any.sa_family, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
  if (bind(made, &at.any, length) < 0 || (stream && listen(made, 8) < 0)) die("listen");
}

static void fresh(void) {
  while (held_count > 0) close(held[--held_count]);
  ask_netfilter(conntrack, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 0, 0, NULL, 0);
  read_events(0);
}

static void split(char *line) {
  words = 0;
  for (char *at = strtok(line, " \n"); at != NULL && words < WORDS_MAX; at = strtok(NULL, " \n")) word[words++] = at;
}

int main(int argc, char **argv) {
  if (argc < 4) { fprintf(stderr, "probe NODE FAR EVENT DEVICE...\n"); return 2; }
  enter(argv[2]);
  for (int i = 4; i < argc; i++) open_wire(argv[i]);
  enter(argv[1]);
  conntrack = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
  open_taps();
  if (atoi(argv[3]) != 0) open_losses(atoi(argv[3]));
  static char line[8192];
  while (fgets(line, sizeof line, stdin) != NULL) {
    split(line);
    if (words == 0) continue;
    if (strcmp(word[0], "fresh") == 0) fresh();
    else if (strcmp(word[0], "listen") == 0) listen_here();
    else if (strcmp(word[0], "send") == 0) send_one();
    else if (strcmp(word[0], "inject") == 0) inject();
    else { fprintf(stderr, "probe: %s is no command\n", word[0]); return 2; }
  }
  return 0;
}
