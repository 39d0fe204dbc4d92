/*
 * Certificates are always looked at: expired, of another host, of an unknown authority: and nothing is sent.
 */
#include "t.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "wire/curl.h"

struct authority {
    EVP_PKEY *key;
    X509 *certificate;
};

static struct arena_region region;
static struct arena arena;
static struct error error;
static instant now;
static volatile int *requests; /* shared: how many the server read */

/* A certificate for that name (NULL: an authority), valid from and for so many seconds from now. */
static struct authority
issue(const struct authority *by, const char *name, long from, long until)
{
    struct authority made = {EVP_EC_gen("P-256"), X509_new()};
    const struct authority *signs = by ? by : &made;
    assert_true(made.key && made.certificate);
    (void)X509_set_version(made.certificate, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), by ? 2 : 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(made.certificate), from);
    (void)X509_gmtime_adj(X509_getm_notAfter(made.certificate), until);
    (void)X509_set_pubkey(made.certificate, made.key);
    X509_NAME *subject = X509_get_subject_name(made.certificate);
    (void)X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                     (const unsigned char *)(name ? name : "Authority"), -1, -1,
                                     0);
    (void)X509_set_issuer_name(made.certificate,
                               by ? X509_get_subject_name(by->certificate) : subject);
    char names[300];
    (void)snprintf(names, sizeof names, name ? "DNS:%s" : "critical,CA:TRUE", name);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(
        NULL, NULL, name ? NID_subject_alt_name : NID_basic_constraints, names);
    assert_non_null(extension);
    (void)X509_add_ext(made.certificate, extension, -1);
    X509_EXTENSION_free(extension);
    assert_true(X509_sign(made.certificate, signs->key, EVP_sha256()) > 0);
    return made;
}

static void
forget(struct authority *a)
{
    EVP_PKEY_free(a->key);
    X509_free(a->certificate);
}

enum how { HOW_WELL, HOW_BREAKS, HOW_DOWNWARD };

/* One connection after the other: a handshake, a request, an answer; or the end in the middle of the handshake. */
static _Noreturn void
serve(int listener, const struct authority *with, int version_max, enum how how)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGPIPE, SIG_IGN);
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(ctx, 0);
    (void)SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
    (void)SSL_CTX_set_max_proto_version(ctx, version_max);
    (void)SSL_CTX_use_certificate(ctx, with->certificate);
    (void)SSL_CTX_use_PrivateKey(ctx, with->key);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        char text[4096];
        if (fd < 0)
            _exit(1);
        SSL *ssl = SSL_new(ctx);
        (void)SSL_set_fd(ssl, fd);
        if (how == HOW_BREAKS) {
            (void)recv(fd, text, 100, 0);
        } else if (SSL_accept(ssl) == 1 && SSL_read(ssl, text, sizeof text) > 0) {
            static const char well[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
            static const char downward[] =
                "HTTP/1.1 302 x\r\nLocation: http://plain.test/\r\nContent-Length: 0\r\n\r\n";
            const char *answer = how == HOW_WELL ? well : downward;
            ++*requests;
            (void)SSL_write(ssl, answer, (int)strlen(answer));
            (void)SSL_shutdown(ssl);
        }
        SSL_free(ssl);
        (void)close(fd);
    }
}

static pid_t
server_start(const struct authority *with, int version_max, enum how how, int32_t *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(0, bind(fd, (struct sockaddr *)&address, size));
    assert_int_equal(0, listen(fd, 8));
    assert_int_equal(0, getsockname(fd, (struct sockaddr *)&address, &size));
    *ret_port = ntohs(address.sin_port);
    (void)fflush(stdout);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        serve(fd, with, version_max, how);
    (void)close(fd);
    return pid;
}

static str
resolve(void *ctx, str host, int32_t port)
{
    (void)ctx;
    (void)host;
    (void)port;
    return S("127.0.0.1");
}
static const struct wire_resolver resolver = {resolve, NULL};

static struct http_answer
post_to(const struct authority *with, int version_max, enum how how, const char *ca_file)
{
    int32_t port;
    pid_t pid = server_start(with, version_max, how, &port);
    str host = arena_printf(&arena, "own.test:%d", port);
    str hosts[2] = {host, S("plain.test")};
    struct wire_options options = {.private_hosts = hosts,
                                   .private_hosts_n = 2,
                                   .ca_file = ca_file,
                                   .timeout = {3000000},
                                   .clock = clock_manual(&now),
                                   .resolver = &resolver};
    struct wire *wire;
    struct http_answer answer;
    struct http_request request = {.method = HTTP_POST, .body = S("x")};
    if (how == HOW_DOWNWARD)
        request = (struct http_request){.method = HTTP_GET, .follows = true};
    request.url = arena_printf(&arena, "https://%.*s/", STR_FMT(host));
    assert_ok(wire_open(&options, &wire, &error), &error);
    assert_ok(wire_call(wire, &request, NULL, &arena, &answer, &error), &error);
    wire_close(wire);
    assert_int_equal(0, kill(pid, SIGKILL));
    assert_int_equal(pid, waitpid(pid, NULL, 0));
    return answer;
}

static void
test_certificates(void **state)
{
    (void)state;
    arena = arena_reserve(64 << 20, &region);
    requests =
        mmap(NULL, sizeof *requests, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(requests != MAP_FAILED);
    struct authority ours = issue(NULL, NULL, -1000, 100000),
                     others = issue(NULL, NULL, -1000, 100000);
    char file[] = "/tmp/propre-test-ca-XXXXXX";
    FILE *out = fdopen(mkstemp(file), "w");
    assert_non_null(out);
    assert_true(PEM_write_X509(out, ours.certificate) == 1);
    assert_int_equal(0, fclose(out));
    struct authority good = issue(&ours, "own.test", -1000, 100000);
    struct http_answer answer = post_to(&good, TLS1_3_VERSION, HOW_WELL, file);
    assert_int_equal(HTTP_ANSWERED, answer.end);
    assert_int_equal(HTTP_ANSWERED, post_to(&good, TLS1_2_VERSION, HOW_WELL, file).end);
    assert_int_equal(2, *requests);
    struct authority bad[] = {
        issue(&ours, "own.test", -1000, -500), issue(&ours, "own.test", 500, 100000),
        issue(&ours, "other.test", -1000, 100000), issue(&others, "own.test", -1000, 100000)};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        answer = post_to(&bad[i], TLS1_3_VERSION, HOW_WELL, file);
        if (answer.end != HTTP_NOT_SENT)
            fail_msg("certificate %zu was taken", i);
        if (i < 3) /* a forged signature the library takes for a broken handshake */
            assert_str("The certificate of this server is not valid", answer.problem);
        forget(&bad[i]);
    }
    /* Ours is not the system's. */
    assert_int_equal(HTTP_NOT_SENT, post_to(&good, TLS1_3_VERSION, HOW_WELL, NULL).end);
    /* TLS 1.1, and a handshake that breaks off. */
    assert_int_equal(HTTP_NOT_SENT, post_to(&good, TLS1_1_VERSION, HOW_WELL, file).end);
    answer = post_to(&good, TLS1_3_VERSION, HOW_BREAKS, file);
    assert_int_equal(HTTP_NOT_SENT, answer.end);
    assert_str("No safe connection to this server could be made", answer.problem);
    assert_int_equal(2, *requests);
    /* From https no redirect leads down to http, whatever the owner named. */
    answer = post_to(&good, TLS1_3_VERSION, HOW_DOWNWARD, file);
    assert_int_equal(HTTP_UNKNOWN, answer.end);
    assert_true(answer.forbidden);
    assert_int_equal(3, *requests);
    (void)unlink(file);
    forget(&good);
    forget(&ours);
    forget(&others);
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_certificates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
