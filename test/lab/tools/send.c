// One sender of the lab: makes one socket, sends, waits for answers, and logs what it did as one line of JSON.
//   send kind=udp|tcp|ping|dns|packet dst=ADDRESS [dport=N] [src=ADDRESS] [sport=N] [dev=NAME] [mark=N] [late=N] [uid=N] [gid=N]
//        [count=N] [every=MILLISECONDS] [wait=MILLISECONDS] [bytes=N] [name=DNS.NAME] [tcp=1] [pmtu=0|1] [mac=HARDWARE]
// mark: before bind and connect; late: after connect. The socket is born with uid and gid (file system ids, which owner matches and uidrange look at).
// Log: {"src","sport","sent","replies","errors":{"EPERM":2}}; a ping's sport is its identifier.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

typedef union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; struct sockaddr_ll link; } Address;

static int words;
static char **word;
static int sent, replies, kinds, numbers[16], times[16];

static const char *text(const char *key, const char *otherwise) {
  size_t length = strlen(key);
  for (int i = 1; i < words; i++) if (strncmp(word[i], key, length) == 0 && word[i][length] == '=') return word[i] + length + 1;
  return otherwise;
}

static int number(const char *key, int otherwise) {
  const char *found = text(key, NULL);
  return found == NULL ? otherwise : (int)strtol(found, NULL, 0);
}

static void failed(int error) {
  for (int i = 0; i < kinds; i++) if (numbers[i] == error) { times[i]++; return; }
  if (kinds < 16) { numbers[kinds] = error; times[kinds++] = 1; }
}

static const char *name_of(int error) {
  const char *name = strerrorname_np(error);
  return name == NULL ? "unknown" : name;
}

static socklen_t parse(const char *given, int port, Address *into) {
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
  if (inet_pton(AF_INET6, bare, &into->v6.sin6_addr) != 1) { fprintf(stderr, "send: %s is no address\n", given); exit(2); }
  into->v6.sin6_family = AF_INET6;
  into->v6.sin6_port = htons((unsigned short)port);
  if (zone != NULL) into->v6.sin6_scope_id = if_nametoindex(zone);
  return sizeof into->v6;
}

static int open_socket(const char *kind, int family) {
  if (strcmp(kind, "packet") == 0) return socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
  if (strcmp(kind, "ping") == 0) return socket(family, SOCK_RAW, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
  int stream = strcmp(kind, "tcp") == 0 || (strcmp(kind, "dns") == 0 && number("tcp", 0));
  return socket(family, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
}

static int sum(const void *data, size_t length) {
  const unsigned char *bytes = data;
  unsigned long total = 0;
  for (size_t i = 0; i < length; i++) total += (unsigned long)bytes[i] << (i % 2 == 0 ? 8 : 0);
  while (total >> 16) total = (total & 0xffff) + (total >> 16);
  return htons((unsigned short)~total);
}

// A question for A, with the length in front of it over TCP.
static size_t dns_question(unsigned char *into, int id, int stream) {
  unsigned char *at = into + (stream ? 2 : 0), *start = at;
  const unsigned char head[] = { (unsigned char)(id >> 8), (unsigned char)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
  memcpy(at, head, sizeof head);
  at += sizeof head;
  char name[256];
  snprintf(name, sizeof name, "%s", text("name", "example.net"));
  for (char *label = strtok(name, "."); label != NULL; label = strtok(NULL, ".")) {
    size_t length = strlen(label);
    *at++ = (unsigned char)length;
    memcpy(at, label, length);
    at += length;
  }
  const unsigned char tail[] = { 0, 0, 1, 0, 1 };
  memcpy(at, tail, sizeof tail);
  at += sizeof tail;
  size_t length = (size_t)(at - start);
  if (stream) { into[0] = (unsigned char)(length >> 8); into[1] = (unsigned char)length; }
  return length + (stream ? 2 : 0);
}

static size_t echo_request(unsigned char *into, int family, int id, int sequence, size_t bytes) {
  memset(into, 0x61, bytes);
  if (family == AF_INET6) {
    struct icmp6_hdr head = { .icmp6_type = ICMP6_ECHO_REQUEST };
    head.icmp6_id = htons((unsigned short)id);
    head.icmp6_seq = htons((unsigned short)sequence);
    memcpy(into, &head, sizeof head);
    return bytes;
  }
  struct icmphdr head = { .type = ICMP_ECHO };
  head.un.echo.id = htons((unsigned short)id);
  head.un.echo.sequence = htons((unsigned short)sequence);
  memcpy(into, &head, sizeof head);
  head.checksum = (unsigned short)sum(into, bytes);
  memcpy(into, &head, sizeof head);
  return bytes;
}

// IPv4 and UDP by hand, for a packet socket.
static size_t datagram(unsigned char *into, const Address *from, const Address *to, size_t bytes) {
  struct iphdr ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP };
  struct udphdr udp = { .source = from->v4.sin_port, .dest = to->v4.sin_port, .len = htons((unsigned short)(bytes + 8)) };
  ip.tot_len = htons((unsigned short)(bytes + 28));
  ip.saddr = from->v4.sin_addr.s_addr;
  ip.daddr = to->v4.sin_addr.s_addr;
  ip.check = (unsigned short)sum(&ip, sizeof ip);
  memcpy(into, &ip, sizeof ip);
  memcpy(into + sizeof ip, &udp, sizeof udp);
  memset(into + 28, 0x62, bytes);
  return bytes + 28;
}

static size_t compose(unsigned char *into, const char *kind, const Address *from, const Address *to, int i) {
  size_t bytes = (size_t)number("bytes", 48);
  if (strcmp(kind, "ping") == 0) return echo_request(into, to->any.sa_family, number("sport", getpid() & 0xffff), i + 1, bytes < 8 ? 8 : bytes);
  if (strcmp(kind, "dns") == 0) return dns_question(into, 0x4000 + i, number("tcp", 0));
  if (strcmp(kind, "packet") == 0) return datagram(into, from, to, bytes);
  memset(into, 0x63, bytes);
  return bytes;
}

static void wait_for_reply(int made, const char *kind, int milliseconds) {
  char bytes[65536];
  struct pollfd one = { .fd = made, .events = POLLIN };
  while (poll(&one, 1, milliseconds) > 0) {
    ssize_t got = recv(made, bytes, sizeof bytes, 0);
    if (got < 0) { failed(errno); return; }
    if (got == 0) return;
    // A raw socket sees every ICMP message that arrives.
    int type = strcmp(kind, "ping") != 0 ? -1 : ((unsigned char)bytes[0] >> 4 == 4 ? bytes[20] : bytes[0]);
    if (type != -1 && type != 0 && (unsigned char)type != 129) continue;
    replies++;
    return;
  }
}

static void log_line(int made, const char *kind) {
  Address own;
  socklen_t length = sizeof own;
  char source[128] = "";
  int port = 0;
  if (strcmp(kind, "packet") == 0) { snprintf(source, sizeof source, "%s", text("src", "")); port = number("sport", 0); }
  else if (getsockname(made, &own.any, &length) == 0 && own.any.sa_family == AF_INET) {
    inet_ntop(AF_INET, &own.v4.sin_addr, source, sizeof source);
    port = ntohs(own.v4.sin_port);
  } else {
    inet_ntop(AF_INET6, &own.v6.sin6_addr, source, sizeof source);
    port = ntohs(own.v6.sin6_port);
  }
  if (strcmp(kind, "ping") == 0) port = number("sport", getpid() & 0xffff);
  printf("{\"src\":\"%s\",\"sport\":%d,\"sent\":%d,\"replies\":%d,\"errors\":{", source, port, sent, replies);
  for (int i = 0; i < kinds; i++) printf("%s\"%s\":%d", i == 0 ? "" : ",", name_of(numbers[i]), times[i]);
  puts("}}");
  fflush(stdout);
}

int main(int argc, char **argv) {
  words = argc;
  word = argv;
  const char *kind = text("kind", "udp"), *dev = text("dev", NULL), *source = text("src", NULL);
  Address to, from;
  socklen_t to_length = parse(text("dst", ""), number("dport", 0), &to);
  int family = to.any.sa_family, packet = strcmp(kind, "packet") == 0;
  setfsgid((gid_t)number("gid", 0));
  setfsuid((uid_t)number("uid", 0));
  int made = open_socket(kind, family);
  if (made < 0) { failed(errno); log_line(made, kind); return 0; }
  unsigned mark = (unsigned)number("mark", 0), late = (unsigned)number("late", 0);
  int discover = number("pmtu", -1);
  if (mark != 0) setsockopt(made, SOL_SOCKET, SO_MARK, &mark, sizeof mark);
  if (discover == 0 && family == AF_INET) { int off = IP_PMTUDISC_DONT; setsockopt(made, IPPROTO_IP, IP_MTU_DISCOVER, &off, sizeof off); }
  if (dev != NULL && !packet) setsockopt(made, SOL_SOCKET, SO_BINDTODEVICE, dev, (socklen_t)strlen(dev));
  if (source != NULL || number("sport", 0) != 0) {
    socklen_t length = parse(source != NULL ? source : family == AF_INET ? "0.0.0.0" : "::", number("sport", 0), &from);
    int on = 1;
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (strcmp(kind, "ping") == 0) { if (family == AF_INET) from.v4.sin_port = 0; else from.v6.sin6_port = 0; }
    if (!packet && bind(made, &from.any, length) < 0) { failed(errno); log_line(made, kind); return 0; }
  }
  Address link = { .link = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_halen = 6 } };
  if (packet) {
    link.link.sll_ifindex = (int)if_nametoindex(dev == NULL ? "" : dev);
    unsigned mac[6];
    sscanf(text("mac", "ff:ff:ff:ff:ff:ff"), "%x:%x:%x:%x:%x:%x", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5);
    for (int i = 0; i < 6; i++) link.link.sll_addr[i] = (unsigned char)mac[i];
  } else {
    struct timeval patience = { .tv_sec = 2 };
    setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (strcmp(kind, "ping") == 0) { if (family == AF_INET) to.v4.sin_port = 0; else to.v6.sin6_port = 0; }
    if (connect(made, &to.any, to_length) < 0) { failed(errno); log_line(made, kind); return 0; }
  }
  if (late != 0) setsockopt(made, SOL_SOCKET, SO_MARK, &late, sizeof late);
  static unsigned char bytes[65536];
  for (int i = 0; i < number("count", 1); i++) {
    if (i > 0) usleep((useconds_t)number("every", 50) * 1000);
    size_t length = compose(bytes, kind, &from, &to, i);
    ssize_t done = packet ? sendto(made, bytes, length, 0, &link.any, sizeof link.link) : send(made, bytes, length, MSG_NOSIGNAL);
    if (done < 0) { failed(errno); continue; }
    sent++;
    if (!packet) wait_for_reply(made, kind, number("wait", 500));
  }
  log_line(made, kind);
  close(made);
  // The last segments of a TCP connection leave while somebody waits for them.
  if (strcmp(kind, "tcp") == 0) usleep(50000);
  return 0;
}
