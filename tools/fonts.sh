#!/bin/sh
# Fetch the fonts that the pictures of the documentation are drawn with, once, into .cache/fonts; no root is needed.
# They are not installed, so that a picture is the same on every machine and no test is drawn with them. The
# versions are those of Debian 12.
set -eu
cd "$(dirname "$0")/.."
folder=$PWD/.cache/fonts
packages="fonts-noto-core=20201225-1 fonts-noto-cjk=1:20220127+repack1-1"
if [ "$(cat "$folder/packages" 2>/dev/null)" != "$packages" ]; then
    command -v apt-get >/dev/null || { echo "The fonts of the pictures are Debian packages, and there is no apt-get here."; exit 1; }
    echo "==> Fonts of the pictures: $packages"
    rm -rf "$folder"
    mkdir -p "$folder/fetched"
    (
        cd "$folder/fetched"
        # shellcheck disable=SC2086
        apt-get download -q -o APT::Sandbox::User=root $packages || { echo "If apt-get knows no such version: apt-get update, as root, on Debian 12."; exit 1; }
        for package in *.deb; do dpkg-deb -x "$package" "$folder"; done
    )
    rm -r "$folder/fetched"
    printf '%s' "$packages" >"$folder/packages"
fi
cat >"$folder/fonts.conf" <<END
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>$folder/usr/share/fonts</dir>
  <cachedir>$folder/known</cachedir>
  <match><test name="family"><string>serif</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Noto Serif</string></edit></match>
  <match><test name="family"><string>monospace</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Noto Sans Mono CJK JP</string></edit></match>
  <match><edit name="family" mode="append" binding="strong"><string>Noto Sans</string></edit></match>
  <match target="font"><edit name="antialias"><bool>true</bool></edit><edit name="hintstyle"><const>hintslight</const></edit></match>
</fontconfig>
END
