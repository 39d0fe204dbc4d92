#!/bin/sh
# The whole calibration of the effects model (some minutes): `./run sbc [worlds [seed]]`.
set -eu
cd "$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)"
. tools/sh/lib.sh
compile build/run
exec build/run/bench/sbc "$@"
