#!/usr/bin/env bash
# Makes FOLDER/run out of an unpacked Chromium and its libraries: the machine's own C library, which is of
# the same suite, and the unpacked ones for the rest.
#
#   own-chromium.sh FOLDER
set -euo pipefail
root=$1
libraries=$(cd "$root"/usr/lib/*-linux-gnu && pwd)
for part in ld-linux libc libm libdl librt libpthread libresolv libutil libnsl libanl libmvec libBrokenLocale; do
  rm -f "$libraries/$part"[.-]*
done
# Nothing of these is needed without a screen.
rm -rf "$root"/usr/share/{doc,man,locale,icons,perl,gtk-doc} "$root"/usr/lib/*-linux-gnu/{perl*,dri}
cat > "$root/fonts.conf" <<X
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>$root/usr/share/fonts</dir><cachedir>$root/fonts-cache</cachedir></fontconfig>
X
cat > "$root/run" <<X
#!/bin/sh
export LD_LIBRARY_PATH=$libraries:$libraries/pulseaudio FONTCONFIG_FILE=$root/fonts.conf
exec $root/usr/lib/chromium/chromium "\$@"
X
chmod +x "$root/run"
