#pragma once
#include "web/html.h"

/* Pages of channels and their connection, with made-up data. */
void sample_channels(struct html *h);
void sample_channels_empty(struct html *h);
void sample_channels_reader(struct html *h);
void sample_channels_hostile(struct html *h);
void sample_channel_new(struct html *h);
void sample_channel_agree(struct html *h);
void sample_channel_waiting(struct html *h);
void sample_channel_works(struct html *h);
void sample_channel_refused(struct html *h);
void sample_channel_by_hand(struct html *h);
void sample_connected(struct html *h);
void sample_connected_refused(struct html *h);
