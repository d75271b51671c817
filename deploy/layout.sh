#!/bin/sh
# The production layout of built apps: sh deploy/layout.sh <target folder> <app>...
# Each gets a folder with its bundle and the packages next to it, by the lockfile, ready for `node dist/main.js`;
# and sbom.cdx.json, which lists both.
set -eu
target=$1
shift
for app in "$@"; do
  # The bundle has our own packages inside; without this setting pnpm lays out none at all.
  npx -y pnpm@12 --config.inject-workspace-packages=true --filter "./apps/$app" deploy --prod "$target/$app"
done
node "$(dirname "$0")/sbom.mjs" "$target" "$@"
