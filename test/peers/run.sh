#!/bin/sh
# One list of scenarios against real servers, read back as a reader would see them. Started by `./run peers`.
#   ./run peers                      all servers that can be started here
#   ./run peers wordpress,snac       only these
#   ./run peers ghost "killed|edited"   only the scenarios whose words contain one of these
# The servers come from scripts beside the project (../shared/peers, or $PROPRE_SHARED/peers); what is absent is a visible
# SKIP. $PROPRE_PROGRAM names another program than the one built. TAP; the last line is "N passed, N failed".
set -eu
cd "$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)"
. tools/sh/lib.sh
peers=${PROPRE_SHARED:-$PWD/../shared}/peers
if [ ! -f "$peers/lib.sh" ]; then
    echo "SKIP peers: the scripts that start the real servers are not there ($peers); set PROPRE_SHARED"
    exit 0
fi
command -v python3 >/dev/null 2>&1 || need_packages python3
if [ -z "${PROPRE_PROGRAM:-}" ]; then
    compile build/run src/cli/propre
    PROPRE_PROGRAM=$PWD/build/run/src/cli/propre
fi
exec python3 -B test/peers/suite.py "$PROPRE_PROGRAM" "$peers" "${@:-all}"
