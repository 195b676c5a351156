/* An OpenAI-compatible upstream that answers at once: mock_upstream CHUNKS.
 *
 * It listens on a free port of 127.0.0.1 and prints that port. A chat call whose body holds the word
 * "hold-this-answer" is never answered; one with "stream":true gets CHUNKS events, each in a write of
 * its own, then one with the usage, then [DONE]; with the word "drip-N-MS" too it gets N events, one
 * at once and one every MS milliseconds; anything else gets a whole completion.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 65536, REQUEST_MAX = 32768 };

#define HEAD "{\"id\":\"chatcmpl-bench\",\"created\":1700000000,\"model\":\"gpt-4o\",\"object\":\"chat.completion"
#define USAGE "\"usage\":{\"prompt_tokens\":25,\"completion_tokens\":50,\"total_tokens\":75}}"
#define WORDS "The vending machine for words gives what was paid for, neither less nor more. "

static const char whole_body[] = HEAD "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
    "\"content\":\"" WORDS WORDS "\"},\"logprobs\":null,\"finish_reason\":\"stop\"}]," USAGE;
static const char chunk_body[] = "data: " HEAD ".chunk\",\"choices\":[{\"index\":0,"
    "\"delta\":{\"content\":\"word \"},\"finish_reason\":null}]}\n\n";
static const char last_body[] = "data: " HEAD ".chunk\",\"choices\":[{\"index\":0,\"delta\":{},"
    "\"finish_reason\":\"stop\"}]," USAGE "\n\ndata: [DONE]\n\n";
static const char models_body[] = "{\"object\":\"list\",\"data\":[{\"id\":\"gpt-4o\",\"object\":\"model\","
    "\"created\":1700000000,\"owned_by\":\"mock\"}]}";
static const char stream_head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    "Transfer-Encoding: chunked\r\n\r\n";

static struct { char *text; int size; } requests[CONNECTIONS_MAX];
static char whole[2048], models[1024], chunk[1024], last[1024];
static int whole_size, models_size, chunk_size, last_size, chunks;

/* Streams that drip: what is left of each, and when its next event is due. */
static struct { int left, every_ms; long due_ms; } drips[CONNECTIONS_MAX];
static int dripping[CONNECTIONS_MAX], drip_count;
static long earliest_ms;

static long now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

/* Waits for a reader that lags: every reader here reads on, so this ends. */
static void send_all(int fd, const char *bytes, int size) {
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return;
        if (sent < 0) {
            struct pollfd writable = {.fd = fd, .events = POLLOUT};
            poll(&writable, 1, 1000);
            continue;
        }
        bytes += sent;
        size -= sent;
    }
}

static void start_drip(int fd, int left, int every_ms) {
    send_all(fd, chunk, chunk_size);
    drips[fd].left = left, drips[fd].every_ms = every_ms, drips[fd].due_ms = now_ms() + every_ms;
    if (!drip_count || drips[fd].due_ms < earliest_ms) earliest_ms = drips[fd].due_ms;
    dripping[drip_count++] = fd;
}

/* Sends what is due by now, each event in a write of its own, however late it is. */
static void drip(long now) {
    int kept = 0;
    earliest_ms = now + 1000;
    for (int i = 0; i < drip_count; i++) {
        int fd = dripping[i];
        for (; drips[fd].left > 0 && drips[fd].due_ms <= now; drips[fd].due_ms += drips[fd].every_ms) {
            if (--drips[fd].left) send_all(fd, chunk, chunk_size);
            else send_all(fd, last, last_size);
        }
        if (drips[fd].left <= 0) continue;
        if (drips[fd].due_ms < earliest_ms) earliest_ms = drips[fd].due_ms;
        dripping[kept++] = fd;
    }
    drip_count = kept;
}

static void answer(int fd, const char *head, const char *body) {
    if (!strncmp(head, "POST /v1/chat", 13) && strstr(body, "hold-this-answer")) return;
    if (!strncmp(head, "GET /v1/models", 14)) {
        send_all(fd, models, models_size);
        return;
    }
    if (!strstr(body, "\"stream\":true") && !strstr(body, "\"stream\": true")) {
        send_all(fd, whole, whole_size);
        return;
    }
    send_all(fd, stream_head, sizeof stream_head - 1);
    char *drip = strstr(body, "drip-");
    int left, every_ms;
    if (drip && sscanf(drip, "drip-%d-%d", &left, &every_ms) == 2 && left > 0 && !drips[fd].left) {
        start_drip(fd, left, every_ms);
        return;
    }
    for (int sent = 0; sent < chunks; sent++) send_all(fd, chunk, chunk_size);
    send_all(fd, last, last_size);
}

/* Answers the request that is whole by now, if any; returns its size, -1 when it cannot be read. */
static int serve(int fd, char *text, int size) {
    text[size] = 0;
    char *end = strstr(text, "\r\n\r\n");
    if (!end) return size >= REQUEST_MAX - 1 ? -1 : 0;
    *end = 0;
    char *length = strcasestr(text, "\r\ncontent-length:");
    int head_size = end + 4 - text, body_size = length ? atoi(length + 17) : 0;
    if (body_size < 0 || head_size + body_size > REQUEST_MAX - 1) return -1;
    if (size < head_size + body_size) {
        *end = '\r';
        return 0;
    }
    char next = text[head_size + body_size];
    text[head_size + body_size] = 0;
    answer(fd, text, text + head_size);
    text[head_size + body_size] = next;
    return head_size + body_size;
}

static void leave(int fd) {
    requests[fd].size = 0;
    for (int i = 0; drips[fd].left && i < drip_count; i++)
        if (dripping[i] == fd) dripping[i] = dripping[--drip_count];
    drips[fd].left = 0;
    close(fd);
}

static void receive(int fd) {
    char *text = requests[fd].text;
    int *size = &requests[fd].size, taken;
    ssize_t got = recv(fd, text + *size, REQUEST_MAX - 1 - *size, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        leave(fd);
        return;
    }
    *size += got;
    while ((taken = serve(fd, text, *size)) > 0) memmove(text, text + taken, *size -= taken);
    if (taken < 0) leave(fd);
}

static void welcome(int listener, int epoll) {
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= CONNECTIONS_MAX) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (!requests[fd].text && !(requests[fd].text = malloc(REQUEST_MAX))) die("malloc");
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

static int listening(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (void *)&address, size) || listen(fd, 4096)) die("listen");
    if (getsockname(fd, (void *)&address, &size)) die("getsockname");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(int count, char **words) {
    chunks = count > 1 ? atoi(words[1]) : 50;
    const char *json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s";
    whole_size = snprintf(whole, sizeof whole, json, sizeof whole_body - 1, whole_body);
    models_size = snprintf(models, sizeof models, json, sizeof models_body - 1, models_body);
    chunk_size = snprintf(chunk, sizeof chunk, "%zx\r\n%s\r\n", sizeof chunk_body - 1, chunk_body);
    last_size = snprintf(last, sizeof last, "%zx\r\n%s\r\n0\r\n\r\n", sizeof last_body - 1, last_body);
    int listener = listening(), epoll = epoll_create1(0);
    struct epoll_event events[256], event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        long now = now_ms();
        if (drip_count && earliest_ms <= now) drip(now);
        int ready = epoll_wait(epoll, events, 256, drip_count ? earliest_ms > now ? earliest_ms - now : 0 : -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == listener) welcome(listener, epoll);
            else receive(events[i].data.fd);
        }
    }
}
