#pragma once
#include "web/html.h"

void sample_queue(struct html *h), sample_queue_empty(struct html *h),
    sample_queue_hold(struct html *h), sample_queue_finished(struct html *h),
    sample_queue_hostile(struct html *h), sample_delivery(struct html *h),
    sample_delivery_person(struct html *h), sample_delivery_refused(struct html *h),
    sample_delivery_published(struct html *h), sample_delivery_cancelled(struct html *h),
    sample_delivery_draft(struct html *h), sample_delivery_hostile(struct html *h),
    sample_slots(struct html *h), sample_slots_wrong(struct html *h),
    sample_slots_empty(struct html *h), sample_repeats(struct html *h),
    sample_repeats_wrong(struct html *h), sample_repeats_empty(struct html *h),
    sample_today_queue(struct html *h), sample_today_away(struct html *h);
