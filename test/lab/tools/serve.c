// Answers whatever comes: UDP by the same bytes, TCP by some bytes after the first segment, then closes.
//   serve udp=123,4242 tcp=22,80
// Prints `ready` once every port is open, both families.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKETS_MAX 32

static struct pollfd polled[SOCKETS_MAX];
static int types[SOCKETS_MAX];
static int count;

static void die(const char *what) {
  fprintf(stderr, "serve: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void listen_on(int type, int port) {
  struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons((unsigned short)port), .sin6_addr = in6addr_any };
  int made = socket(AF_INET6, type, 0), off = 0, on = 1;
  if (made < 0 || count == SOCKETS_MAX) die("socket");
  setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Answers come from the address that was asked.
  setsockopt(made, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
  if (bind(made, (struct sockaddr *)&any, sizeof any) < 0) die("bind");
  if (type == SOCK_STREAM && listen(made, 16) < 0) die("listen");
  types[count] = type;
  polled[count++] = (struct pollfd){ .fd = made, .events = POLLIN };
}

static void echo(int udp) {
  char bytes[65536], control[256];
  struct sockaddr_in6 from;
  struct iovec part = { bytes, sizeof bytes };
  struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
  ssize_t got = recvmsg(udp, &message, 0);
  if (got < 0) return;
  part.iov_len = (size_t)got;
  // The address only: the way back is the routing's own affair.
  for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item != NULL; item = CMSG_NXTHDR(&message, item)) {
    if (item->cmsg_level != IPPROTO_IPV6 || item->cmsg_type != IPV6_PKTINFO) continue;
    struct in6_pktinfo *info = (struct in6_pktinfo *)CMSG_DATA(item);
    if (!IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr)) info->ipi6_ifindex = 0;
  }
  sendmsg(udp, &message, 0);
}

static void answer(int tcp) {
  static const char said[] = "HTTP/1.0 200 OK\r\n\r\nhello\n";
  char bytes[4096];
  int peer = accept(tcp, NULL, NULL);
  if (peer < 0) return;
  struct timeval patience = { .tv_sec = 2 };
  setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (recv(peer, bytes, sizeof bytes, 0) > 0) send(peer, said, sizeof said - 1, MSG_NOSIGNAL);
  shutdown(peer, SHUT_WR);
  recv(peer, bytes, sizeof bytes, 0);
  close(peer);
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    int type = strncmp(argv[i], "udp=", 4) == 0 ? SOCK_DGRAM : SOCK_STREAM;
    for (char *port = strtok(argv[i] + 4, ","); port != NULL; port = strtok(NULL, ",")) listen_on(type, atoi(port));
  }
  puts("ready");
  fflush(stdout);
  for (;;) {
    if (poll(polled, (nfds_t)count, -1) < 0) continue;
    for (int i = 0; i < count; i++) {
      if (polled[i].revents == 0) continue;
      if (types[i] == SOCK_DGRAM) echo(polled[i].fd);
      else answer(polled[i].fd);
    }
  }
}
