#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sanitize.h"
#include "outbox/picture_internal.h"

/*
 * A filter of system calls, written out: what a decoder needs to compute with several threads and to write into the open
 * pipe. Everything else fails with EPERM: files, sockets, other processes, programs. Without libseccomp, because
 * thirty numbers need no library.
 */
#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE
static const unsigned allowed[] = {
    SYS_read,
    SYS_write,
    SYS_close,
    SYS_mmap,
    SYS_munmap,
    SYS_mremap,
    SYS_mprotect,
    SYS_madvise,
    SYS_brk,
    SYS_futex,
    SYS_clone,
    SYS_clone3,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_exit,
    SYS_exit_group,
    SYS_gettid,
    SYS_getpid,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_getrandom,
    SYS_clock_gettime,
    SYS_gettimeofday,
    SYS_clock_nanosleep,
    SYS_nanosleep,
};
enum { ALLOWED_N = sizeof allowed / sizeof *allowed, HEAD_N = 4 };

bool
picture_confine(void)
{
    struct sock_filter code[HEAD_N + 2 * ALLOWED_N + 1] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    size_t n = HEAD_N;
    for (size_t i = 0; i < ALLOWED_N; i++) {
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i], 0, 1);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    code[n++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1 /* EPERM */);
    const struct sock_fprog program = {(unsigned short)n, code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) ==
               0;
}
#else
bool
picture_confine(void)
{
    return false;
}
#endif

/* What the parent has mapped counts as the child's too: the limit is what comes on top. */
static rlim_t
mapped_bytes(void)
{
    unsigned long long pages = 0;
    char text[64] = "";
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fgets(text, sizeof text, file)) {
        for (const char *p = text; *p >= '0' && *p <= '9' && pages < (1ULL << 40); p++)
            pages = pages * 10 + (unsigned long long)(*p - '0');
    }
    (void)fclose(file); /* only read */
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

bool
picture_bound(void)
{
    /* A sanitizer takes several times as long, and its shadow alone is larger than any address space. */
    const rlim_t seconds = SANITIZED ? 4 * PICTURE_CHILD_CPU_S : PICTURE_CHILD_CPU_S;
    const struct rlimit cpu = {seconds, seconds};
    const struct rlimit none = {0, 0};
    bool done = setrlimit(RLIMIT_CPU, &cpu) == 0 && setrlimit(RLIMIT_CORE, &none) == 0 &&
                setrlimit(RLIMIT_FSIZE, &none) == 0;
    if (SANITIZED)
        return done;
    const rlim_t mapped = mapped_bytes();
    const struct rlimit space = {mapped + PICTURE_CHILD_BYTES_MAX,
                                 mapped + PICTURE_CHILD_BYTES_MAX};
    return done && mapped > 0 && setrlimit(RLIMIT_AS, &space) == 0;
}
