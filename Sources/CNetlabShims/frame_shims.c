#define _GNU_SOURCE
#include "cnl_probes.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/// A request: a header, a family's own header, one attribute.
struct question {
    struct nlmsghdr header;
    char bytes[64];
};

/// Room for the kernel's longest answer here, a link with all it has.
union answer {
    struct nlmsghdr header;
    char bytes[32768];
};

static void begin(struct question *question, int type, int flags, const void *body, size_t size) {
    memset(question, 0, sizeof *question);
    question->header.nlmsg_type = (uint16_t)type;
    question->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    question->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
    memcpy(NLMSG_DATA(&question->header), body, size);
}

static void add(struct question *question, int type, const void *payload, size_t size) {
    struct rtattr *attribute = (struct rtattr *)((char *)&question->header + NLMSG_ALIGN(question->header.nlmsg_len));
    attribute->rta_type = (uint16_t)type;
    attribute->rta_len = (uint16_t)RTA_LENGTH(size);
    memcpy(RTA_DATA(attribute), payload, size);
    question->header.nlmsg_len = NLMSG_ALIGN(question->header.nlmsg_len) + (uint32_t)RTA_LENGTH(size);
}

/// Sends and takes the answer, which is there when sendto returns. 1, or 0 if there is none of `type`.
static int ask(int descriptor, const struct question *question, int type, union answer *answer) {
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    if (sendto(descriptor, question, question->header.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0)
        return 0;
    ssize_t count = recv(descriptor, answer, sizeof *answer, MSG_DONTWAIT);
    return count >= (ssize_t)sizeof answer->header && NLMSG_OK(&answer->header, (uint32_t)count) &&
        answer->header.nlmsg_type == type;
}

static struct rtattr *seek(union answer *answer, size_t body, int type) {
    int left = (int)answer->header.nlmsg_len - (int)NLMSG_LENGTH(NLMSG_ALIGN(body));
    struct rtattr *attribute = (struct rtattr *)((char *)NLMSG_DATA(&answer->header) + NLMSG_ALIGN(body));
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
        if (attribute->rta_type == type) return attribute;
    return NULL;
}

/// Copies an attribute of exactly `size` bytes; 0 if there is none.
static int take(union answer *answer, size_t body, int type, void *payload, size_t size) {
    struct rtattr *attribute = seek(answer, body, type);
    if (!attribute || RTA_PAYLOAD(attribute) != size) return 0;
    memcpy(payload, RTA_DATA(attribute), size);
    return 1;
}

static int find(int descriptor, uint32_t destination, struct cnl_frame_path *path, union answer *answer) {
    struct question question;
    struct rtmsg route = {.rtm_family = AF_INET, .rtm_dst_len = 32};
    begin(&question, RTM_GETROUTE, 0, &route, sizeof route);
    add(&question, RTA_DST, &destination, sizeof destination);
    if (!ask(descriptor, &question, RTM_NEWROUTE, answer)) return 0;
    const struct rtmsg *found = NLMSG_DATA(&answer->header);
    uint32_t next = destination;
    int index;
    if (found->rtm_type != RTN_UNICAST || !take(answer, sizeof route, RTA_OIF, &index, sizeof index)) return 0;
    if (!take(answer, sizeof route, RTA_PREFSRC, &path->source, sizeof path->source)) return 0;
    // What is wrapped, or goes by a gateway of another family, is the kernel's to send.
    if (seek(answer, sizeof route, RTA_ENCAP) || seek(answer, sizeof route, RTA_VIA)) return 0;
    take(answer, sizeof route, RTA_GATEWAY, &next, sizeof next);

    struct ndmsg neighbor = {.ndm_family = AF_INET, .ndm_ifindex = index};
    begin(&question, RTM_GETNEIGH, 0, &neighbor, sizeof neighbor);
    add(&question, NDA_DST, &next, sizeof next);
    if (!ask(descriptor, &question, RTM_NEWNEIGH, answer)) return 0;
    const struct ndmsg *known = NLMSG_DATA(&answer->header);
    if (!(known->ndm_state & (NUD_PERMANENT | NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE))) return 0;
    if (!take(answer, sizeof neighbor, NDA_LLADDR, path->header, 6)) return 0;

    struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = index};
    begin(&question, RTM_GETLINK, 0, &link, sizeof link);
    if (!ask(descriptor, &question, RTM_NEWLINK, answer)) return 0;
    const struct ifinfomsg *device = NLMSG_DATA(&answer->header);
    if (device->ifi_type != ARPHRD_ETHER || !(device->ifi_flags & IFF_UP)) return 0;
    if (!take(answer, sizeof link, IFLA_ADDRESS, path->header + 6, 6)) return 0;
    path->header[12] = 0x08;
    path->header[13] = 0x00;
    path->interface = index;
    return 1;
}

int cnl_find_frame_path(int descriptor, uint32_t destination, struct cnl_frame_path *path) {
    union answer answer;
    memset(path, 0, sizeof *path);
    return find(descriptor, destination, path, &answer);
}

int cnl_has_packet_rules(void) {
    char names[16];
    int old = open("/proc/thread-self/net/ip_tables_names", O_RDONLY | O_CLOEXEC);
    if (old >= 0) {
        ssize_t count = read(old, names, sizeof names);
        close(old);
        if (count > 0) return 1;
    }
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    // A kernel without netfilter has no rules; whatever else is in the way is taken for rules.
    if (descriptor < 0) return errno != EPROTONOSUPPORT;
    struct question question;
    union answer answer;
    struct nfgenmsg family = {.nfgen_family = 0, .version = NFNETLINK_V0};
    begin(&question, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE, NLM_F_DUMP, &family, sizeof family);
    int empty = ask(descriptor, &question, NLMSG_DONE, &answer);
    close(descriptor);
    return !empty;
}

int cnl_bind_sender(int descriptor, int interface) {
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = interface};
    return bind(descriptor, (struct sockaddr *)&address, sizeof address);
}
