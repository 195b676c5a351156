/* Keep-alive load: load [-r RATE] [-s SPREAD_S] [-e EVENTS] PORT CONNECTIONS SECONDS FILE.
 *
 * FILE holds whole HTTP requests, each after its length on a line of its own; every call sends one of
 * them, drawn at random. Closed loop: each connection reads the answer to its end and asks again, the
 * first time at its place within SPREAD_S, after which measuring begins. Open loop (-r): RATE calls a
 * second are due whatever the answers, and a latency counts from when the call was due.
 *
 * An answer is wrong unless its status is 200 and (EVENTS > 0) it has so many events "data: ", one of
 * them "data: [DONE]". At the end no new call is sent, and those under way are waited for.
 * Prints one JSON object.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MAX = 8192, REQUEST_MAX = 65536, PATIENCE_US = 60000000 };
enum state { HEAD, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, DONE, BROKEN };

struct connection {
    int fd, busy, head_size, status, events, matched, last;
    enum state state;
    long left;
    double due_us, first_us;
    char head[HEAD_MAX];
};

static struct request { char *text; int size; } *requests;
static struct connection **idle;
static double *latencies, *firsts, window_us, end_us, last_us;
static long drawn, finished, measured, room, wrong, broken, events, idle_count, busy_count;
static int port, epoll, expected_events, open_loop;

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

static void ask(struct connection *c, double due_us) {
    c->state = HEAD;
    c->busy = 1, busy_count++;
    c->head_size = c->events = c->matched = c->last = 0;
    c->due_us = due_us, c->first_us = 0;
    struct request *drawn_one = &requests[random() % drawn];
    /* A failure shows as an end of the connection at the next read. */
    (void)!send(c->fd, drawn_one->text, drawn_one->size, MSG_NOSIGNAL);
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

static void count_event(struct connection *c) {
    double now = now_us();
    c->events++;
    if (!c->first_us) c->first_us = now;
    events += now >= window_us && now < end_us;
}

static void count_events(struct connection *c, const char *bytes, long size) {
    static const char mark[] = "data: [DONE]";
    for (long i = 0; i < size; i++) {
        c->matched = bytes[i] == mark[c->matched] ? c->matched + 1 : bytes[i] == mark[0];
        if (c->matched == 6) count_event(c);
        if (c->matched == sizeof mark - 1) c->last = 1, c->matched = 0;
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

static void keep(double latency_us, double first_us) {
    if (measured == room) {
        room += 1 << 20;
        latencies = realloc(latencies, room * sizeof *latencies);
        firsts = realloc(firsts, room * sizeof *firsts);
        if (!latencies || !firsts) die("realloc");
    }
    latencies[measured] = latency_us, firsts[measured++] = first_us;
}

static void finish(struct connection *c) {
    last_us = now_us();
    finished++;
    wrong += c->status != 200 || c->events != expected_events || c->last != !!expected_events;
    if (c->due_us >= window_us)
        keep(last_us - c->due_us, (c->first_us ? c->first_us : last_us) - c->due_us);
}

/* The connection is free: asked again at once in a closed loop, kept for what is due in an open one. */
static void release(struct connection *c) {
    c->busy = 0, busy_count--;
    if (open_loop) idle[idle_count++] = c;
    else if (now_us() < end_us) ask(c, now_us());
}

static void receive(struct connection *c) {
    static char bytes[262144];
    ssize_t got = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got > 0) feed(c, bytes, got);
    if (got > 0 && c->state < DONE) return;
    if (got > 0 && c->state == DONE && c->busy) {
        finish(c);
    } else {
        broken += c->busy;
        close(c->fd);
        dial(c);
    }
    if (c->busy) release(c);
}

static void run(double next_us, double step_us) {
    struct epoll_event ready[512];
    for (double now; (now = now_us()) < end_us || (busy_count && now < end_us + PATIENCE_US);) {
        for (; idle_count && next_us <= now && next_us < end_us; next_us += step_us)
            ask(idle[--idle_count], next_us);
        double wait_us = idle_count && next_us < end_us ? next_us - now : 100000;
        struct timespec wait = {.tv_nsec = wait_us < 0 ? 0 : wait_us > 100000 ? 100000000 : wait_us * 1e3};
        int count = epoll_pwait2(epoll, ready, 512, &wait, NULL);
        for (int i = 0; i < count; i++) receive(ready[i].data.ptr);
    }
}

static void read_requests(const char *name) {
    FILE *file = fopen(name, "rb");
    if (!file) die(name);
    for (int size; fscanf(file, "%d\n", &size) == 1 && size > 0 && size < REQUEST_MAX; drawn++) {
        requests = realloc(requests, (drawn + 1) * sizeof *requests);
        requests[drawn] = (struct request){malloc(size), size};
        if ((int)fread(requests[drawn].text, 1, size, file) != size) die(name);
    }
    fclose(file);
    if (!drawn) die(name);
}

static int ascending(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static double percentile_ms(const double *all, double share) {
    return measured ? all[(long)((measured - 1) * share)] / 1e3 : 0;
}

static double own_cpu_s(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int count, char **words) {
    double rate = 0, spread_us = 0;
    for (int option; (option = getopt(count, words, "r:s:e:")) > 0;) {
        if (option == 'r') rate = atof(optarg);
        else if (option == 's') spread_us = atof(optarg) * 1e6;
        else if (option == 'e') expected_events = atoi(optarg);
        else return 2;
    }
    if (count - optind != 4) return fprintf(stderr, "load [OPTIONS] PORT CONNECTIONS SECONDS FILE\n"), 2;
    char **rest = words + optind;
    int connections = atoi(rest[1]);
    port = atoi(rest[0]), open_loop = rate > 0;
    read_requests(rest[3]);
    epoll = epoll_create1(0);
    struct connection *all = calloc(connections, sizeof *all);
    idle = calloc(connections, sizeof *idle);
    for (int i = 0; i < connections; i++) dial(&all[i]), idle[idle_count++] = &all[i];
    double began_us = last_us = now_us(), own_s = own_cpu_s();
    window_us = began_us + spread_us, end_us = window_us + atof(rest[2]) * 1e6;
    run(began_us, open_loop ? 1e6 / rate : spread_us / connections);
    qsort(latencies, measured, sizeof *latencies, ascending);
    qsort(firsts, measured, sizeof *firsts, ascending);
    printf("{\"requests\":%ld,\"wrong\":%ld,\"broken\":%ld,\"seconds\":%.6f,\"p50_ms\":%.4f,\"p90_ms\":%.4f,"
           "\"p99_ms\":%.4f,\"first_p50_ms\":%.4f,\"first_p99_ms\":%.4f,\"events_per_s\":%.1f,\"busy\":%.3f}\n",
           finished, wrong, broken + busy_count, (last_us - began_us) / 1e6, percentile_ms(latencies, 0.5),
           percentile_ms(latencies, 0.9), percentile_ms(latencies, 0.99), percentile_ms(firsts, 0.5),
           percentile_ms(firsts, 0.99), events / (end_us - window_us) * 1e6,
           (own_cpu_s() - own_s) / ((now_us() - began_us) / 1e6));
    return 0;
}
