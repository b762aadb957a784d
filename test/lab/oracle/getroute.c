/*
 * Asks the running kernel where packets go. One question a line on stdin,
 *
 *     family dst src mark uid oif iif ipproto sport dport tos        ("-" for what is not given)
 *
 * and one line of JSON on stdout for each: {"plain":ANSWER,"match":ANSWER}, `match` being what RTM_F_FIB_MATCH tells of the FIB entry itself.
 * Questions travel in batches, two messages each; netlink answers in order.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH_QUESTIONS 64
#define MESSAGE_BYTES 256
#define LINE_BYTES 512
#define ANSWER_BYTES 8192
#define FIELDS 11

enum { FAMILY, DST, SRC, MARK, UID, OIF, IIF, PROTO, SPORT, DPORT, TOS };

struct batch {
	char bytes[BATCH_QUESTIONS * 2 * MESSAGE_BYTES];
	size_t used;
	unsigned messages;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static const char *device_name(unsigned index)
{
	static char names[256][IF_NAMESIZE];
	static char scratch[IF_NAMESIZE];

	if (index >= 256)
		return if_indextoname(index, scratch) ? scratch : "?";
	if (names[index][0] == 0 && !if_indextoname(index, names[index]))
		snprintf(names[index], IF_NAMESIZE, "?");
	return names[index];
}

/* --- questions --- */

static void put(struct nlmsghdr *header, unsigned short type, const void *value, size_t length)
{
	struct rtattr *attribute = (struct rtattr *)((char *)header + NLMSG_ALIGN(header->nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = RTA_LENGTH(length);
	memcpy(RTA_DATA(attribute), value, length);
	header->nlmsg_len = NLMSG_ALIGN(header->nlmsg_len) + RTA_ALIGN(attribute->rta_len);
}

static bool given(const char *word)
{
	return strcmp(word, "-") != 0;
}

static void put_number(struct nlmsghdr *header, unsigned short type, const char *word)
{
	unsigned value = strtoul(word, NULL, 0);

	if (given(word))
		put(header, type, &value, sizeof(value));
}

static void put_device(struct nlmsghdr *header, unsigned short type, const char *word)
{
	unsigned index = given(word) ? if_nametoindex(word) : 0;

	/* A device that is not there has a number that nothing has. */
	if (given(word) && index == 0)
		index = 0x7ffffff0;
	if (given(word))
		put(header, type, &index, sizeof(index));
}

static void put_port(struct nlmsghdr *header, unsigned short type, const char *word)
{
	unsigned short port = htons(strtoul(word, NULL, 0));

	if (given(word))
		put(header, type, &port, sizeof(port));
}

static unsigned char put_address(struct nlmsghdr *header, unsigned short type, int family, const char *word)
{
	unsigned char bytes[16];
	size_t length = family == AF_INET ? 4 : 16;

	if (!given(word))
		return 0;
	if (inet_pton(family, word, bytes) != 1) {
		fprintf(stderr, "getroute: %s is no address\n", word);
		exit(2);
	}
	put(header, type, bytes, length);
	return length * 8;
}

static void ask(struct batch *batch, char *words[FIELDS], unsigned flags)
{
	struct nlmsghdr *header = (struct nlmsghdr *)(batch->bytes + batch->used);
	struct rtmsg *route = NLMSG_DATA(header);
	unsigned char proto = strtoul(words[PROTO], NULL, 0);

	memset(header, 0, MESSAGE_BYTES);
	header->nlmsg_len = NLMSG_LENGTH(sizeof(*route));
	header->nlmsg_type = RTM_GETROUTE;
	header->nlmsg_flags = NLM_F_REQUEST;
	header->nlmsg_seq = ++batch->messages;
	route->rtm_family = words[FAMILY][0] == '4' ? AF_INET : AF_INET6;
	route->rtm_flags = flags;
	route->rtm_tos = given(words[TOS]) ? strtoul(words[TOS], NULL, 0) : 0;
	route->rtm_dst_len = put_address(header, RTA_DST, route->rtm_family, words[DST]);
	route->rtm_src_len = put_address(header, RTA_SRC, route->rtm_family, words[SRC]);
	put_number(header, RTA_MARK, words[MARK]);
	put_number(header, RTA_UID, words[UID]);
	put_device(header, RTA_OIF, words[OIF]);
	put_device(header, RTA_IIF, words[IIF]);
	if (given(words[PROTO]))
		put(header, RTA_IP_PROTO, &proto, sizeof(proto));
	put_port(header, RTA_SPORT, words[SPORT]);
	put_port(header, RTA_DPORT, words[DPORT]);
	batch->used += NLMSG_ALIGN(header->nlmsg_len);
}

/* --- answers --- */

static const char *type_name(unsigned char type)
{
	static const char *const names[] = {
		"unspec", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw", "nat", "xresolve",
	};

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : "?";
}

static int print_address(char *at, const char *key, int family, const void *bytes)
{
	char text[INET6_ADDRSTRLEN];

	return sprintf(at, ",\"%s\":\"%s\"", key, inet_ntop(family, bytes, text, sizeof(text)));
}

static int print_gateway(char *at, int family, const struct rtattr *attribute)
{
	if (attribute->rta_type == RTA_GATEWAY)
		return print_address(at, "via", family, RTA_DATA(attribute));
	if (attribute->rta_type == RTA_VIA) {
		const struct rtvia *via = RTA_DATA(attribute);

		return print_address(at, "via", via->rtvia_family, via->rtvia_addr);
	}
	return 0;
}

static int print_hops(char *at, int family, struct rtattr *multipath)
{
	struct rtnexthop *hop = RTA_DATA(multipath);
	int left = RTA_PAYLOAD(multipath);
	char *start = at;

	at += sprintf(at, ",\"hops\":[");
	for (bool first = true; RTNH_OK(hop, left); first = false) {
		int inside = hop->rtnh_len - sizeof(*hop);

		at += sprintf(at, "%s{\"dev\":\"%s\"", first ? "" : ",", device_name(hop->rtnh_ifindex));
		for (struct rtattr *one = RTNH_DATA(hop); RTA_OK(one, inside); one = RTA_NEXT(one, inside))
			at += print_gateway(at, family, one);
		at += sprintf(at, ",\"weight\":%u,\"flags\":%u}", hop->rtnh_hops + 1, hop->rtnh_flags);
		left -= NLMSG_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return at - start + sprintf(at, "]");
}

static void print_route(char *at, struct nlmsghdr *header)
{
	struct rtmsg *route = NLMSG_DATA(header);
	int left = header->nlmsg_len - NLMSG_LENGTH(sizeof(*route));
	unsigned table = route->rtm_table;
	bool told_source = false;

	at += sprintf(at, "{\"type\":\"%s\",\"dstlen\":%u,\"srclen\":%u,\"flags\":%u", type_name(route->rtm_type), route->rtm_dst_len, route->rtm_src_len, route->rtm_flags);
	for (struct rtattr *one = RTM_RTA(route); RTA_OK(one, left); one = RTA_NEXT(one, left)) {
		const void *value = RTA_DATA(one);
		unsigned number = 0;

		if (RTA_PAYLOAD(one) >= sizeof(number))
			memcpy(&number, value, sizeof(number));
		switch (one->rta_type) {
		case RTA_TABLE: table = number; break;
		case RTA_DST: at += print_address(at, "dst", route->rtm_family, value); break;
		case RTA_SRC: at += print_address(at, "src", route->rtm_family, value); break;
		case RTA_OIF: at += sprintf(at, ",\"dev\":\"%s\"", device_name(number)); break;
		case RTA_PRIORITY: at += sprintf(at, ",\"metric\":%u", number); break;
		case RTA_NH_ID: at += sprintf(at, ",\"nhid\":%u", number); break;
		case RTA_MULTIPATH: at += print_hops(at, route->rtm_family, one); break;
		case RTA_PREFSRC:
			/* IPv6 may tell it twice: the choice for this destination first, then what the route names. */
			if (!told_source)
				at += print_address(at, "prefsrc", route->rtm_family, value);
			told_source = true;
			break;
		default: at += print_gateway(at, route->rtm_family, one);
		}
	}
	sprintf(at, ",\"table\":%u}", table);
}

static void print_answer(char *at, struct nlmsghdr *header)
{
	if (header->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *error = NLMSG_DATA(header);
		const char *name = strerrorname_np(-error->error);

		sprintf(at, "{\"error\":\"%s\"}", name ? name : "?");
		return;
	}
	print_route(at, header);
}

/** Sends what was asked and prints a line for every two answers. */
static void flush_batch(int door, struct batch *batch)
{
	static char plain[ANSWER_BYTES], match[ANSWER_BYTES];
	static char bytes[1 << 16];
	unsigned seen = 0;

	if (batch->messages == 0)
		return;
	if (send(door, batch->bytes, batch->used, 0) < 0)
		die("send");
	while (seen < batch->messages) {
		int left = recv(door, bytes, sizeof(bytes), 0);

		if (left < 0)
			die("recv");
		for (struct nlmsghdr *header = (struct nlmsghdr *)bytes; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
			if (header->nlmsg_seq != ++seen) {
				fprintf(stderr, "getroute: answer %u instead of %u\n", header->nlmsg_seq, seen);
				exit(1);
			}
			print_answer(seen % 2 ? plain : match, header);
			if (seen % 2 == 0)
				printf("{\"plain\":%s,\"match\":%s}\n", plain, match);
		}
	}
	batch->used = batch->messages = 0;
}

static int open_door(void)
{
	int door = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int room = 16 << 20, on = 1;

	if (door < 0)
		die("socket");
	setsockopt(door, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(door, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return door;
}

int main(void)
{
	static struct batch batch;
	char line[LINE_BYTES];
	int door = open_door();

	while (fgets(line, sizeof(line), stdin)) {
		char *words[FIELDS];
		char *rest = line;

		for (int i = 0; i < FIELDS; i++) {
			words[i] = strsep(&rest, " \n");
			if (!words[i]) {
				fprintf(stderr, "getroute: a question has %d words\n", FIELDS);
				return 2;
			}
		}
		ask(&batch, words, RTM_F_LOOKUP_TABLE);
		ask(&batch, words, RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH);
		if (batch.messages == BATCH_QUESTIONS * 2)
			flush_batch(door, &batch);
	}
	flush_batch(door, &batch);
	return 0;
}
