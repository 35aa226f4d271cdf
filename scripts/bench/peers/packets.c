// The smallest datagrams as fast as one core sends them, and how many of them arrive.
//
//   packets receive PORT              prints the datagrams received in the seconds between the first and the last
//   packets send ADDRESS PORT SECONDS
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, SIZE = 18 };  // 18 bytes make the shortest Ethernet frame

static struct mmsghdr messages[BATCH];
static struct iovec parts[BATCH];
static char bytes[BATCH][64];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int count, char **words) {
    if (count < 3) return 2;
    int receives = !strcmp(words[1], "receive"), fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[receives ? 2 : 3]))};
    for (int i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){bytes[i], receives ? sizeof bytes[i] : SIZE};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    if (!receives) {
        if (count != 5 || !inet_aton(words[2], &address.sin_addr)) return 2;
        if (connect(fd, (void *)&address, sizeof address)) return perror("connect"), 1;
        for (double end = now() + atof(words[4]); now() < end;)
            if (sendmmsg(fd, messages, BATCH, 0) < 0 && errno != ECONNREFUSED && errno != ENOBUFS)
                return perror("sendmmsg"), 1;
        return 0;
    }
    int room = 16 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    if (bind(fd, (void *)&address, sizeof address)) return perror("bind"), 1;
    long got = 0;
    double first = 0, last = 0;
    struct pollfd waiting = {fd, POLLIN, 0};
    // Ten seconds for the first one; half a second of silence is the end.
    while (poll(&waiting, 1, got ? 500 : 10000) > 0) {
        int some = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, 0);
        if (some <= 0) continue;
        last = now();
        if (!got) first = last;
        got += some;
    }
    printf("%ld %f\n", got, last - first);
    return 0;
}
