#include "../t.h"

#include "exchange.h"
#include "schema.h"

/* The bodies our drivers send, against the schemas the networks publish. */

static const char *const ghost_names[] = {"posts", "posts-add", "posts-edit"};
enum { GHOST_N = 3 };

struct ghost {
    struct schema_file files[GHOST_N];
    struct arena *arena;
    int32_t checked;
};

static str
ghost_problem(struct ghost *ghost, bool edit, str body)
{
    struct json *json;
    struct error error;
    struct contract contract = {ghost->files[edit ? 2 : 1].root, ghost->files, GHOST_N};
    assert_ok(json_parse(ghost->arena, body, &json, &error), &error);
    return schema_check(&contract, contract.root, json, ghost->arena);
}

static void
check_ghost(void *ctx, const struct conversation_act *act, const struct step *step)
{
    struct ghost *ghost = ctx;
    if (!step->request.body.p)
        return;
    str problem = ghost_problem(ghost, step->request.method == HTTP_PUT, step->request.body);
    if (problem.p)
        fail_msg("line %d: %.*s", (int)act->line, STR_FMT(problem));
    ghost->checked++;
}

static void
ghost_bodies_hold_its_schemas(void **state)
{
    (void)state;
    struct arena_region region;
    struct arena arena = arena_reserve(256 << 20, &region);
    struct ghost ghost = {.arena = &arena};
    for (int32_t i = 0; i < GHOST_N; i++) {
        ghost.files[i].name = ghost_names[i];
        ghost.files[i].root = schema_load(
            cstr(&arena, arena_printf(&arena, "contracts/ghost/%s.json", ghost_names[i])),
            &arena);
        if (!ghost.files[i].root)
            skip();
    }
    int32_t n;
    const char **files = conversation_files("ghost", &arena, &n);
    for (int32_t i = 0; i < n; i++)
        conversation_requests(conversation_read(files[i], &arena), check_ghost, &ghost, &arena);
    print_message("# %d bodies for Ghost\n", ghost.checked);
    assert_true(ghost.checked >= 6);
    /* and the check bites */
    assert_true(ghost_problem(&ghost, false, S("{\"posts\":[{\"slug\":\"x\"}]}")).p != NULL);
    assert_true(ghost_problem(&ghost, true, S("{\"posts\":[{\"title\":\"x\"}]}")).p != NULL);
    assert_true(
        ghost_problem(&ghost, false, S("{\"posts\":[{\"title\":\"x\",\"status\":\"live\"}]}"))
            .p != NULL);
    assert_true(
        ghost_problem(&ghost, false, S("{\"posts\":[{\"title\":\"x\",\"excerpt\":\"no\"}]}"))
            .p != NULL);
    arena_release(&region);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ghost_bodies_hold_its_schemas)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
