// What watches a node while a probe runs: NFLOG taps inside, frames at the far ends of its devices, and the kernel's own word on each loss. All of it is filled
// by the time the system call that sent the packet returns: veth, the loopback and NFLOG with a queue threshold of 1 do not wait for anybody.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WIRES_MAX 8
#define TAP_GROUP 7
#define FRAME_BYTES 65536
#define RECEIVE_BYTES (8 << 20)
#define RING_PAGES 64

struct wire { char dev[IF_NAMESIZE]; int socket; unsigned index; };
static struct wire wires[WIRES_MAX];
static int wire_count, taps = -1, losses = -1, comma;
static struct perf_event_mmap_page *ring;
// Only wide enough for what is read: struct of the skb:kfree_skb event.
struct loss { uint64_t common, skb, location, socket; uint16_t protocol, pad; uint32_t reason; };

static void die(const char *what) {
  fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int roomy(int family, int type, int protocol) {
  int made = socket(family, type | SOCK_NONBLOCK, protocol), bytes = RECEIVE_BYTES;
  if (made < 0) die("socket");
  setsockopt(made, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
  return made;
}

static void enter(const char *namespace) {
  char path[128];
  snprintf(path, sizeof path, "/run/netns/%s", namespace);
  int space = open(path, O_RDONLY);
  if (space < 0 || syscall(SYS_setns, space, 0) < 0) die(path);
  close(space);
}

// In the namespace of the far ends. `dev` is the node's device, its far end has a `p` behind it.
static void open_wire(const char *dev) {
  char far[IF_NAMESIZE];
  snprintf(far, sizeof far, "%.14sp", dev);
  struct wire *wire = &wires[wire_count++];
  if (wire_count > WIRES_MAX) die("too many wires");
  snprintf(wire->dev, sizeof wire->dev, "%s", dev);
  wire->index = if_nametoindex(far);
  wire->socket = roomy(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)wire->index };
  if (bind(wire->socket, (struct sockaddr *)&at, sizeof at) < 0) die(far);
}

// One request to netfilter, with an optional attribute, and its acknowledgement; log messages that come before it stay away, nothing is sent yet.
static void ask_netfilter(int netlink, int type, int resource, int attribute, const void *value, size_t length) {
  char bytes[256] = { 0 };
  struct nlmsghdr *head = (struct nlmsghdr *)bytes;
  struct nfgenmsg *general = NLMSG_DATA(head);
  *head = (struct nlmsghdr){ .nlmsg_len = NLMSG_LENGTH(sizeof *general), .nlmsg_type = (unsigned short)type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK };
  general->res_id = htons((unsigned short)resource);
  if (length > 0) {
    struct nlattr *at = (struct nlattr *)(bytes + head->nlmsg_len);
    *at = (struct nlattr){ .nla_len = (unsigned short)(NLA_HDRLEN + length), .nla_type = (unsigned short)attribute };
    memcpy((char *)at + NLA_HDRLEN, value, length);
    head->nlmsg_len += NLA_ALIGN(at->nla_len);
  }
  if (send(netlink, bytes, head->nlmsg_len, 0) < 0) die("netfilter request");
  char answer[FRAME_BYTES];
  for (;;) {
    ssize_t got = recv(netlink, answer, sizeof answer, 0);
    if (got < 0) die("netfilter answer");
    struct nlmsghdr *said = (struct nlmsghdr *)answer;
    if (said->nlmsg_type != NLMSG_ERROR) continue;
    errno = -((struct nlmsgerr *)NLMSG_DATA(said))->error;
    if (errno != 0) die("netfilter refuses");
    return;
  }
}

// In the node's namespace.
static void open_taps(void) {
  int type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
  taps = roomy(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
  int deaf = 1;
  setsockopt(taps, SOL_NETLINK, NETLINK_NO_ENOBUFS, &deaf, sizeof deaf);
  struct nfulnl_msg_config_cmd bind_it = { .command = NFULNL_CFG_CMD_BIND };
  struct nfulnl_msg_config_mode all = { .copy_range = htonl(0xffff), .copy_mode = NFULNL_COPY_PACKET };
  uint32_t at_once = htonl(1);
  ask_netfilter(taps, type, TAP_GROUP, NFULA_CFG_CMD, &bind_it, sizeof bind_it);
  ask_netfilter(taps, type, TAP_GROUP, NFULA_CFG_MODE, &all, sizeof all);
  ask_netfilter(taps, type, TAP_GROUP, NFULA_CFG_QTHRESH, &at_once, sizeof at_once);
}

// skb:kfree_skb for this process alone; `id` is the event's number in tracefs. A perf event ends with the process, an instance of tracefs would not.
static void open_losses(int id) {
  struct perf_event_attr event = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof event, .config = (uint64_t)id, .sample_period = 1, .sample_type = PERF_SAMPLE_RAW };
  losses = (int)syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  if (losses < 0) die("perf_event_open");
  ring = mmap(NULL, (1 + RING_PAGES) * (size_t)getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED, losses, 0);
  if (ring == MAP_FAILED) die("mmap");
}

static void separate(void) {
  if (comma) putchar(',');
  comma = 1;
}

static void print_hex(const unsigned char *bytes, size_t length) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < length; i++) { putchar(digits[bytes[i] >> 4]); putchar(digits[bytes[i] & 15]); }
}

static void print_device(const char *key, const struct nlattr *index) {
  char name[IF_NAMESIZE];
  if (index == NULL) return;
  unsigned number = ntohl(*(const unsigned *)((const char *)index + NLA_HDRLEN));
  printf(",\"%s\":\"%s\"", key, if_indextoname(number, name) == NULL ? "?" : name);
}

static void print_number(const char *key, const struct nlattr *value) {
  if (value != NULL) printf(",\"%s\":%u", key, ntohl(*(const unsigned *)((const char *)value + NLA_HDRLEN)));
}

static void print_tap(struct nlmsghdr *message) {
  struct nlattr *found[NFULA_MAX + 1] = { 0 };
  char *end = (char *)message + message->nlmsg_len;
  for (char *at = (char *)NLMSG_DATA(message) + NLMSG_ALIGN(sizeof(struct nfgenmsg)); at + NLA_HDRLEN <= end;) {
    struct nlattr *one = (struct nlattr *)at;
    if (one->nla_len < NLA_HDRLEN) break;
    if ((one->nla_type & NLA_TYPE_MASK) <= NFULA_MAX) found[one->nla_type & NLA_TYPE_MASK] = one;
    at += NLA_ALIGN(one->nla_len);
  }
  struct nlattr *payload = found[NFULA_PAYLOAD];
  if (found[NFULA_PREFIX] == NULL || payload == NULL) return;
  separate();
  printf("{\"tap\":\"%s\"", (char *)found[NFULA_PREFIX] + NLA_HDRLEN);
  print_device("in", found[NFULA_IFINDEX_INDEV]);
  print_device("out", found[NFULA_IFINDEX_OUTDEV]);
  print_number("mark", found[NFULA_MARK]);
  print_number("uid", found[NFULA_UID]);
  print_number("gid", found[NFULA_GID]);
  printf(",\"packet\":\"");
  print_hex((unsigned char *)payload + NLA_HDRLEN, payload->nla_len - NLA_HDRLEN);
  printf("\"}");
}

static void read_taps(int show) {
  static char bytes[1 << 18];
  for (;;) {
    ssize_t got = recv(taps, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0) return;
    int left = (int)got;
    for (struct nlmsghdr *one = (struct nlmsghdr *)bytes; NLMSG_OK(one, (unsigned)left); one = NLMSG_NEXT(one, left)) {
      if (show && one->nlmsg_type == (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET)) print_tap(one);
    }
  }
}

static void read_wire(const struct wire *wire, int show) {
  static unsigned char bytes[FRAME_BYTES];
  struct sockaddr_ll from;
  for (;;) {
    socklen_t length = sizeof from;
    ssize_t got = recvfrom(wire->socket, bytes, sizeof bytes, MSG_DONTWAIT, (struct sockaddr *)&from, &length);
    if (got < 0) return;
    if (!show || from.sll_pkttype == PACKET_OUTGOING) continue;
    separate();
    printf("{\"wire\":\"%s\",\"frame\":\"", wire->dev);
    print_hex(bytes, (size_t)got);
    printf("\"}");
  }
}

static void print_loss(const struct loss *loss) {
  separate();
  printf("{\"reason\":%u,\"location\":\"%llx\",\"protocol\":%u}", loss->reason, (unsigned long long)loss->location, loss->protocol);
}

static void read_losses(int show) {
  static char record[1024];
  size_t size = RING_PAGES * (size_t)getpagesize();
  char *data = (char *)ring + getpagesize();
  uint64_t head = __atomic_load_n(&ring->data_head, __ATOMIC_ACQUIRE), tail = ring->data_tail;
  while (tail < head) {
    struct perf_event_header header;
    for (size_t i = 0; i < sizeof header; i++) ((char *)&header)[i] = data[(tail + i) % size];
    if (header.size == 0) break;
    size_t length = header.size < sizeof record ? header.size : sizeof record;
    for (size_t i = 0; i < length; i++) record[i] = data[(tail + i) % size];
    // Behind the header: the raw data's length, then the event.
    if (show && header.type == PERF_RECORD_SAMPLE) {
      struct loss loss;
      memcpy(&loss, record + sizeof header + 4, sizeof loss);
      print_loss(&loss);
    }
    tail += header.size;
  }
  __atomic_store_n(&ring->data_tail, tail, __ATOMIC_RELEASE);
}

// What happened since the last time, as members of a JSON list; or thrown away.
static void read_events(int show) {
  comma = 0;
  if (taps >= 0) read_taps(show);
  for (int i = 0; i < wire_count; i++) read_wire(&wires[i], show);
  if (losses >= 0) read_losses(show);
}
