// LD_PRELOAD library: gives every socket of a program the mark in LIBPACKETMARK_MARK at its birth, as Gluon's libpacketmark does for its second DNS daemon.
// A mark that cannot be set is passed over in silence, as there.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/socket.h>

int socket(int family, int type, int protocol) {
  static int (*next)(int, int, int);
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "socket");
  int made = next(family, type, protocol);
  const char *text = getenv("LIBPACKETMARK_MARK");
  if (made >= 0 && text != NULL && (family == AF_INET || family == AF_INET6)) {
    unsigned mark = (unsigned)atoi(text);
    setsockopt(made, SOL_SOCKET, SO_MARK, &mark, sizeof mark);
  }
  return made;
}
