/* Closed-loop keep-alive load: load PORT CONNECTIONS SECONDS EVENTS FILE.
 *
 * FILE is a whole HTTP request. Each connection sends it, reads the answer to its end, and sends it
 * again. An answer is wrong unless its status is 200 and (EVENTS > 0) it has so many events "data: ".
 * At the end no new request is sent, and those under way are waited for. Prints one JSON object.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MAX = 8192, REQUEST_MAX = 65536, PATIENCE_US = 5000000 };
enum state { HEAD, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, DONE, BROKEN };

struct connection {
    int fd, busy, head_size, status, events, matched;
    enum state state;
    long left;
    double sent_us;
    char head[HEAD_MAX];
};

static char request[REQUEST_MAX];
static int request_size, port, epoll, expected_events;
static double *latencies;
static long finished, room, wrong, broken;

static double now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void dial(struct connection *c) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int one = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (void *)&address, sizeof address)) die("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
}

static void ask(struct connection *c) {
    c->state = HEAD;
    c->busy = 1;
    c->head_size = c->events = c->matched = 0;
    c->sent_us = now_us();
    /* A failure shows as an end of the connection at the next read. */
    (void)!send(c->fd, request, request_size, MSG_NOSIGNAL);
}

static enum state head_read(struct connection *c) {
    c->head[c->head_size] = 0;
    c->status = atoi(c->head + 9);
    char *length = strcasestr(c->head, "\r\ncontent-length:");
    c->left = length ? atol(length + 17) : 0;
    if (strcasestr(c->head, "\r\ntransfer-encoding: chunked")) {
        c->left = 0;
        return CHUNK_SIZE;
    }
    return c->left ? BODY : DONE;
}

static void count_events(struct connection *c, const char *bytes, long size) {
    static const char mark[] = "data: ";
    for (long i = 0; i < size; i++) {
        c->matched = bytes[i] == mark[c->matched] ? c->matched + 1 : bytes[i] == mark[0];
        if (c->matched == sizeof mark - 1) c->events++, c->matched = 0;
    }
}

static int hex(char digit) {
    const char *digits = "0123456789abcdef", *found = strchr(digits, digit | 32);
    return found && digit ? (int)(found - digits) : -1;
}

/* Everything that is read byte by byte: the head, and what stands around chunks. */
static void step(struct connection *c, char byte) {
    if (c->state == HEAD) {
        if (c->head_size == HEAD_MAX - 1) c->state = BROKEN;
        else c->head[c->head_size++] = byte;
        if (c->head_size >= 4 && !memcmp(c->head + c->head_size - 4, "\r\n\r\n", 4)) c->state = head_read(c);
    } else if (c->state == CHUNK_SIZE) {
        if (byte == '\n') c->state = c->left ? CHUNK : TRAILER;
        else if (byte != '\r') c->left = c->left * 16 + hex(byte);
    } else if (byte == '\n') {
        c->state = c->state == CHUNK_END ? CHUNK_SIZE : DONE;
    }
}

static void feed(struct connection *c, const char *bytes, long size) {
    while (size > 0 && c->state < DONE) {
        if (c->state != BODY && c->state != CHUNK) {
            step(c, *bytes++);
            size--;
            continue;
        }
        long taken = size < c->left ? size : c->left;
        if (expected_events) count_events(c, bytes, taken);
        bytes += taken, size -= taken, c->left -= taken;
        if (!c->left) c->state = c->state == BODY ? DONE : CHUNK_END;
    }
    if (size > 0) c->state = BROKEN;
}

static void finish(struct connection *c) {
    if (finished == room && !(latencies = realloc(latencies, (room += 1 << 20) * sizeof *latencies)))
        die("realloc");
    latencies[finished++] = now_us() - c->sent_us;
    wrong += c->status != 200 || c->events != expected_events;
    c->busy = 0;
}

static void receive(struct connection *c) {
    static char bytes[262144];
    ssize_t got = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got > 0) feed(c, bytes, got);
    if (got > 0 && c->state < DONE) return;
    if (got > 0 && c->state == DONE) {
        finish(c);
        return;
    }
    broken += c->busy;
    close(c->fd);
    dial(c);
    c->busy = 0;
}

static int ascending(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static double percentile_ms(double share) {
    return finished ? latencies[(long)((finished - 1) * share)] / 1e3 : 0;
}

int main(int count, char **words) {
    if (count != 6) return fprintf(stderr, "load PORT CONNECTIONS SECONDS EVENTS FILE\n"), 2;
    int connections = atoi(words[2]), busy = connections;
    port = atoi(words[1]), expected_events = atoi(words[4]);
    FILE *file = fopen(words[5], "rb");
    if (!file) die(words[5]);
    request_size = fread(request, 1, REQUEST_MAX, file);
    fclose(file);
    epoll = epoll_create1(0);
    struct connection *all = calloc(connections, sizeof *all);
    for (int i = 0; i < connections; i++) dial(&all[i]);
    double began_us = now_us(), end_us = began_us + atof(words[3]) * 1e6, last_us = began_us;
    for (int i = 0; i < connections; i++) ask(&all[i]);
    struct epoll_event ready[512];
    while (busy && now_us() < end_us + PATIENCE_US) {
        int events = epoll_wait(epoll, ready, 512, 100);
        for (int i = 0; i < events; i++) {
            struct connection *c = ready[i].data.ptr;
            int was_busy = c->busy;
            receive(c);
            if (c->busy) continue;
            if (was_busy) last_us = now_us();
            if (now_us() < end_us) ask(c);
            else busy -= was_busy;
        }
    }
    qsort(latencies, finished, sizeof *latencies, ascending);
    printf("{\"requests\":%ld,\"wrong\":%ld,\"broken\":%ld,\"seconds\":%.6f,\"p50_ms\":%.4f,\"p99_ms\":%.4f}\n",
           finished, wrong, broken + busy, (last_us - began_us) / 1e6, percentile_ms(0.5), percentile_ms(0.99));
    return 0;
}
