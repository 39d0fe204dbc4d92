/* Chains in processes: the same digits as in one, stopping, a process that dies. */
#include "t.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "learn/golden.h"
#include "learn/model_internal.h"
#include "learn/run.h"

struct room {
    struct arena_region keep_region, scratch_region;
    struct arena keep, scratch;
    struct error error;
    const struct effects_model *model;
};

static int
open_room(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    struct golden_posts golden;
    room->keep = arena_reserve((ptrdiff_t)1 << 30, &room->keep_region);
    room->scratch = arena_reserve((ptrdiff_t)1 << 30, &room->scratch_region);
    if (!golden_read(&room->keep, 60, &golden))
        return -1;
    golden.options.chains = 3;
    golden.options.warmup = golden.options.draws = 200;
    struct effects_input *input = new (&room->keep, struct effects_input, 1);
    *input = golden.input;
    *state = room;
    return effects_prepare(input, &golden.options, &room->keep, room->scratch, &room->model,
                           &room->error) == OK
               ? 0
               : -1;
}

static int
close_room(void **state)
{
    struct room *room = *state;
    arena_release(&room->keep_region);
    arena_release(&room->scratch_region);
    free(room);
    return 0;
}

static void
no_child_is_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

struct heard {
    int32_t calls, most, total, stop_at;
};

static bool
listen(void *ctx, int32_t chain, int32_t done, int32_t total)
{
    struct heard *heard = ctx;
    assert_int_equal(chain, -1);
    assert_true(done >= heard->most);
    heard->calls++;
    heard->most = done;
    heard->total = total;
    return heard->stop_at == 0 || heard->calls < heard->stop_at;
}

static void
processes_give_the_digits_of_one(void **state)
{
    struct room *room = *state;
    struct effects_chain chains[3];
    struct effects_result alone, apart;
    for (int32_t c = 2; c >= 0; c--) /* in any order */
        assert_ok(effects_chain_run(room->model, c, NULL, &room->keep, room->scratch,
                                    &chains[c], &room->error),
                  &room->error);
    effects_gather(room->model, chains, 3, &room->keep, room->scratch, &alone);
    for (int32_t processes = 1; processes <= 3; processes++) {
        struct heard heard = {0};
        assert_ok(effects_run(room->model,
                              &(struct effects_run_options){
                                  .processes = processes, .niceness = 1, .once = true},
                              &(struct effects_progress){listen, &heard}, &room->keep,
                              room->scratch, &apart, &room->error),
                  &room->error);
        assert_memory_equal(alone.draws, apart.draws,
                            sizeof(float) * (size_t)alone.draws_n * (size_t)alone.columns_n);
        assert_memory_equal(&alone.diagnostics.rhat_max, &apart.diagnostics.rhat_max,
                            sizeof(double));
        assert_int_equal(heard.total, 1200);
        assert_int_equal(heard.most, 1200);
        no_child_is_left();
    }
}

/* Two chains of 100 draws cannot have 400 independent ones. */
static void
what_did_not_settle_is_computed_once_more_with_the_next_seed(void **state)
{
    struct room *room = *state;
    struct effects_model model = *room->model, expected = model;
    struct effects_chain chains[2];
    struct effects_result once, twice, alone;
    struct effects_run_options options = {.processes = 2, .once = true};
    model.options.chains = 2;
    model.options.draws = 100;
    assert_ok(
        effects_run(&model, &options, NULL, &room->keep, room->scratch, &once, &room->error),
        &room->error);
    assert_false(once.diagnostics.settled);
    assert_int_equal(once.seed, 1);
    options.once = false;
    assert_ok(
        effects_run(&model, &options, NULL, &room->keep, room->scratch, &twice, &room->error),
        &room->error);
    no_child_is_left();
    assert_false(twice.diagnostics.settled); /* and said, not tried for ever */
    assert_int_equal(twice.seed, 2);
    assert_int_equal(twice.notes_n, once.notes_n + 1);
    assert_int_equal(twice.notes[once.notes_n].kind, NOTE_SECOND_RUN);
    assert_memory_equal(once.fingerprint, twice.fingerprint, 32);
    expected.options = model.options;
    expected.options.seed = 2;
    expected.options.accept = 0.999;
    for (int32_t c = 0; c < 2; c++)
        assert_ok(effects_chain_run(&expected, c, NULL, &room->keep, room->scratch, &chains[c],
                                    &room->error),
                  &room->error);
    effects_gather(&expected, chains, 2, &room->keep, room->scratch, &alone);
    assert_memory_equal(alone.draws, twice.draws,
                        sizeof(float) * (size_t)alone.draws_n * (size_t)alone.columns_n);
}

static void
stopping_leaves_nobody_behind(void **state)
{
    struct room *room = *state;
    struct effects_result result;
    struct heard heard = {.stop_at = 1};
    assert_fault(FAULT_CONFLICT,
                 effects_run(room->model, &(struct effects_run_options){0},
                             &(struct effects_progress){listen, &heard}, &room->keep,
                             room->scratch, &result, &room->error),
                 &room->error, "stopped");
    no_child_is_left();
}

/* The child that was started first is killed from outside, as the kernel does when memory is short. */
static void
process_that_dies_is_a_fault_that_says_so(void **state)
{
    struct room *room = *state;
    struct effects_run *run;
    assert_ok(effects_run_start(room->model, &(struct effects_run_options){.processes = 1},
                                &room->keep, &run, &room->error),
              &room->error);
    char line[64] = "";
    snprintf(line, sizeof line, "/proc/%d/task/%d/children", (int)getpid(), (int)getpid());
    FILE *f = fopen(line, "r");
    if (!f) {
        effects_run_stop(run);
        skip(); /* a kernel without the list of children */
    }
    int child = 0;
    assert_int_equal(fscanf(f, "%d", &child), 1);
    fclose(f);
    kill(child, SIGKILL);
    enum fault fault = OK;
    for (bool over = false; !over && fault == OK;)
        fault = effects_run_step(run, 1000, &over, &room->error);
    assert_fault(FAULT_SYSTEM, fault, &room->error, "chain 1");
    assert_fault(FAULT_SYSTEM, fault, &room->error, "signal 9");
    effects_run_stop(run);
    no_child_is_left();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(processes_give_the_digits_of_one, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(
            what_did_not_settle_is_computed_once_more_with_the_next_seed, open_room,
            close_room),
        cmocka_unit_test_setup_teardown(stopping_leaves_nobody_behind, open_room, close_room),
        cmocka_unit_test_setup_teardown(process_that_dies_is_a_fault_that_says_so, open_room,
                                        close_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
