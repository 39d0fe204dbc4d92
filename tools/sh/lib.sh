# Shared by ./run and ./check: says what it does, installs what is missing, builds. POSIX sh.

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Debian packages the program itself is built from and with.
BUILD_PACKAGES="gcc libc6-dev meson ninja-build pkg-config libmicrohttpd-dev libjansson-dev libsodium-dev libicu-dev libpq-dev libcurl4-openssl-dev libssl-dev libical-dev libvips-dev libmd4c-dev libmd4c-html0-dev zlib1g-dev gettext ca-certificates tzdata"
# What its tests are built with besides, and all that the checks use.
TEST_PACKAGES="libcmocka-dev lld"
CHECK_PACKAGES="$TEST_PACKAGES spin python3 clang libclang-rt-14-dev libfuzzer-14-dev clang-format-14 clang-tidy-19 postgresql fonts-dejavu-core unzip git"
# What ./run bench uses besides.
BENCH_PACKAGES="time curl wrk"

missing_packages() {
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' ||
            printf '%s ' "$package"
    done
}

# need_packages PACKAGE...: installs the missing ones, as root or through sudo after naming them.
need_packages() {
    command -v dpkg-query >/dev/null 2>&1 || die "Propre's scripts install what they need on Debian 12 or later; here dpkg is absent.
Install the equivalents of these packages, then build with meson: $*"
    missing=$(missing_packages "$@")
    [ -z "$missing" ] && return 0
    say "Installing: $missing"
    log=$(mktemp)
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1; then
        as_root=sudo
        say "(through sudo: it may ask for your password)"
    else
        die "Please install these packages as root, then run this again: apt-get install $missing"
    fi
    # shellcheck disable=SC2086 -- a list of words on purpose
    if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        die "Installing the packages failed; the lines above say why. Install them by hand, then run this again: apt-get install $missing"
    fi
    rm -f "$log"
}

# need_browser: Chromium without a window, which does the same at half the work, where the package lists know it.
need_browser() {
    apt-cache show chromium-headless-shell >/dev/null 2>&1 && (need_packages chromium-headless-shell) ||
        need_packages chromium
}

# need_npm: the packages of package-lock.json in node_modules; false (and said) when they cannot be had.
need_npm() {
    if ! command -v npm >/dev/null 2>&1; then
        need_packages nodejs npm
    fi
    stamp=node_modules/.propre-stamp
    npm_wanted=$(sha256sum package-lock.json package.json | sha256sum)
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$npm_wanted" ] && return 0
    say "Fetching what the build takes from npm"
    log=$(mktemp)
    if npm ci --ignore-scripts --no-audit --no-fund >"$log" 2>&1; then
        printf '%s\n' "$npm_wanted" >"$stamp"
        rm -f "$log"
        return 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
}

# configure DIR OPTION...: meson setup; anew when DIR was made with other options or another compiler, whose remains
# meson would keep.
configure() {
    dir=$1
    shift
    configure_wanted="${CC-} ${CC_LD-} $*"
    [ -f "$dir/build.ninja" ] && [ "$(cat "$dir/propre-options" 2>/dev/null)" = "$configure_wanted" ] && return 0
    rm -rf "$dir"
    log=$(mktemp)
    if ! meson setup "$dir" "$@" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -rf "$dir"
        die "Preparing the build in $dir failed; the lines above say why."
    fi
    printf '%s\n' "$configure_wanted" >"$dir/propre-options"
    rm -f "$log"
}

# compile DIR [TARGET...]: quiet unless it fails.
compile() {
    dir=$1
    log=$(mktemp)
    shift
    if ! ninja -C "$dir" -j "$(nproc)" "$@" >"$log" 2>&1; then
        grep -vE '^\[[0-9]+/[0-9]+\] ' "$log" | head -n 60 >&2
        rm -f "$log"
        die "Building in $dir failed; the lines above say where."
    fi
    rm -f "$log"
}
