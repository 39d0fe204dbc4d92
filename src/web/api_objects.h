#pragma once
#include "web/api.h"

/* What the API takes and gives, one table each (api_objects.c). */
extern const struct api_object api_problem_object, api_workspace, api_workspace_change,
    api_channel, api_channel_list, api_channel_new, api_channel_change, api_tactic,
    api_tactic_list, api_tactic_new, api_tactic_change, api_objective, api_objective_list,
    api_objective_new, api_objective_change, api_metrics, api_result, api_result_list,
    api_point, api_result_whole, api_import, api_import_list, api_import_undone, api_effects,
    api_token, api_token_list, api_token_new, api_token_made, api_nothing, api_delivery,
    api_delivery_list, api_attempt, api_delivery_whole, api_delivery_move, api_delivery_release,
    api_delivery_resolve, api_post_file, api_post_variant, api_post, api_post_new,
    api_post_change, api_media, api_media_list, api_slot, api_slot_list, api_slot_new,
    api_account, api_account_list, api_incident, api_incident_list, api_slot_pause,
    api_account_answer, api_account_whole, api_account_secret, api_account_connect, api_hold,
    api_hold_set, api_post_line, api_post_list, api_repeat, api_repeat_list, api_repeat_new,
    api_repeat_change, api_repeat_skip, api_repeat_end, api_repeat_pause, api_notice_means,
    api_notice_means_list, api_notice_mail, api_notice_webhook, api_host, api_host_list;

#define API_FIELDS(array) (array), (int32_t)(sizeof(array) / sizeof *(array))
