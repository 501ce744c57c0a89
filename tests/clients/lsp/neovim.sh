#!/bin/bash
# Puts the Neovim of a Debian release (trixie has 0.10, sid a later one) into the folder given, beside the one the
# system has, and says so where it cannot. Needs to be root, and debootstrap. Does nothing that is done already.
set -e
suite=${1:?a release of Debian}
home=${2:?folder to put it into}
mkdir -p "$home" && home=$(cd "$home" && pwd)
root=$home/root
if [ ! -x "$home/nvim" ]; then
  if [ ! -x "$root/usr/bin/nvim" ]; then
    [ "$(id -u)" = 0 ] || { echo "only root can unpack a Debian $suite to take its Neovim from"; exit 1; }
    if ! command -v debootstrap >/dev/null; then
      command -v apt-get >/dev/null || { echo "there is no debootstrap here"; exit 1; }
      apt-get install -qq -y debootstrap >/dev/null 2>&1 || { apt-get update -qq && apt-get install -qq -y debootstrap >/dev/null; }
    fi
    rm -rf "$root"
    debootstrap --variant=minbase --include=neovim "$suite" "$root" >"$home/log" 2>&1 || { tail -n 1 "$home/log"; exit 1; }
  fi
  # It runs outside of that root, with the libraries from within, so that what it starts is the host's.
  cat >"$home/nvim" <<SH
#!/bin/sh
root=\$(cd "\$(dirname "\$0")" && pwd)/root
export VIMRUNTIME=\$root/usr/share/nvim/runtime
exec "\$root"/lib64/ld-linux-x86-64.so.2 --library-path "\$root/usr/lib/x86_64-linux-gnu:\$root/lib/x86_64-linux-gnu" "\$root/usr/bin/nvim" "\$@"
SH
  chmod +x "$home/nvim"
fi
